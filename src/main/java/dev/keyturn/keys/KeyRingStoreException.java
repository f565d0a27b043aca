package dev.keyturn.keys;

/**
 * The store could not do what was asked. The message is a sentence for an operator: what happened, where, and what to
 * do. It never holds a secret or the text of a document.
 */
public class KeyRingStoreException extends Exception {

    /** What went wrong, as a metric's label. */
    public enum Kind {
        /** No answer: refused, timed out, cut off, an I/O error. */
        UNREACHABLE,
        /** An answer that says no: sealed, forbidden, a wrong file mode, a server error. */
        DENIED,
        /** An answer that is not a ring: empty, half-written, of another program. */
        BROKEN,
        /** LiveKit's public development key, outside development. */
        DEVELOPMENT_KEY,
        /** Another version of the ring is there by now. */
        CONFLICT
    }

    private final Kind kind;

    public KeyRingStoreException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public KeyRingStoreException(Kind kind, String message) {
        this(kind, message, null);
    }

    public Kind kind() {
        return kind;
    }
}
