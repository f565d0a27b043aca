package dev.keyturn.keys;

/** Nothing can be signed now. The message says why, for an operator; callers are told only that it is so. */
public class RingUnavailableException extends RuntimeException {

    public RingUnavailableException(String message) {
        super(message);
    }
}
