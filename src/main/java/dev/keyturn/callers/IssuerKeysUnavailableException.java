package dev.keyturn.callers;

import java.time.Duration;

/**
 * The caller's issuer is trusted, but none of its keys could be fetched since the start: answer 503 with
 * {@code Retry-After}. The message is a sentence for the caller.
 */
public final class IssuerKeysUnavailableException extends RuntimeException {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    IssuerKeysUnavailableException(InvalidBearerException why) {
        super(why.getMessage(), null, false, false);
    }

    /** In whole seconds. */
    public Duration retryAfter() {
        return RETRY_AFTER;
    }
}
