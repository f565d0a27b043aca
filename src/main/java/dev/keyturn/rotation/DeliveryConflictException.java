package dev.keyturn.rotation;

/** Someone else delivered first; nothing was written. */
public final class DeliveryConflictException extends DeliveryException {

    public DeliveryConflictException(String message) {
        super(Kind.CONFLICT, message);
    }
}
