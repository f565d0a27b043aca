package dev.keyturn.keys;

/** Someone else replaced the ring first. Nothing was written: read it again and see whether anything is left to do. */
public class KeyRingConflictException extends KeyRingStoreException {

    public KeyRingConflictException(String message) {
        super(Kind.CONFLICT, message);
    }
}
