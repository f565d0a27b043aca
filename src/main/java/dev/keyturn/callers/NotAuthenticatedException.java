package dev.keyturn.callers;

import java.util.Optional;

/**
 * Nobody knows who asks: answer 401 with {@link #challenge()}. The message is a sentence for the caller and repeats
 * nothing of what was sent.
 */
public final class NotAuthenticatedException extends RuntimeException {

    private final String error;

    private NotAuthenticatedException(String error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    /** No credentials at all: the challenge then names no error (RFC 6750 section 3.1). */
    public static NotAuthenticatedException withoutCredentials() {
        return new NotAuthenticatedException(null, "a bearer token is needed (Authorization: Bearer ...)");
    }

    /** Credentials nobody here understands count as none (RFC 6750 section 3.1). */
    static NotAuthenticatedException otherScheme() {
        return new NotAuthenticatedException(null,
                "the Authorization header is of another scheme; a bearer token is needed (Authorization: Bearer ...)");
    }

    static NotAuthenticatedException severalCredentials() {
        return new NotAuthenticatedException("invalid_request", "there is more than one Authorization header");
    }

    static NotAuthenticatedException badBearer(InvalidBearerException why) {
        return new NotAuthenticatedException("invalid_token", why.getMessage());
    }

    /** The error code of RFC 6750 section 3.1; empty if there were no credentials. */
    public Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /** The value of the {@code WWW-Authenticate} header (RFC 6750 section 3). */
    public String challenge() {
        return error == null ? "Bearer" : "Bearer error=\"" + error + "\", error_description=\"" + getMessage() + "\"";
    }
}
