package dev.keyturn.rotation;

/**
 * The key file could not be delivered or looked at. The message is a sentence for an operator: what happened, where,
 * and what to do. It never holds a secret or the text of a file.
 */
public class DeliveryException extends Exception {

    /** What went wrong. */
    public enum Kind {
        /** No answer: refused, timed out, cut off, an I/O error. */
        UNREACHABLE,
        /** An answer that says no: forbidden, a wrong file mode, a server error. */
        DENIED,
        /** What is there is not a key file, nor was it ever one of ours: it is not to be overwritten. */
        FOREIGN,
        /** Something else is there by now. */
        CONFLICT
    }

    private final Kind kind;

    public DeliveryException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
