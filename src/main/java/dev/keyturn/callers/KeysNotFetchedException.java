package dev.keyturn.callers;

import java.util.Locale;

/** An issuer's keys could not be had. The message is half a sentence for an operator, and quotes no answer. */
final class KeysNotFetchedException extends Exception {

    enum Kind {
        /** No answer: refused, timed out, cut off, no such file. */
        UNREACHABLE,
        /** An answer other than 200, redirects among them. */
        REFUSED,
        /** An answer that holds no usable key, or is too large. */
        BROKEN;

        /** As a metric's label. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Kind kind;

    KeysNotFetchedException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
