package dev.keyturn.callers;

import java.util.Locale;

/**
 * A bearer token that is not believed. The message is a sentence for whoever sent it: it repeats nothing of the token,
 * and fits into an {@code error_description} (RFC 6750 section 3).
 *
 * <p>It has no cause and no stack trace: the libraries' own exceptions quote the token, and a flood of bad tokens
 * should be cheap to refuse.
 */
public final class InvalidBearerException extends Exception {

    /** Why. */
    public enum Reason {
        TOO_LONG("the bearer token is longer than 16 KiB"),
        MALFORMED("the bearer token is not a signed JWT"),
        HEADER("the bearer token has a header parameter that is not accepted here (b64, crit, jku, jwk, x5c, x5u)"),
        ISSUER("the issuer of the bearer token is not trusted (iss)"),
        ALGORITHM("the bearer token is signed with an algorithm its issuer does not use (alg)"),
        TYPE("the bearer token is of another type than expected (typ)"),
        /** Not the caller's fault: no key of its issuer has been fetched yet. */
        KEYS_UNAVAILABLE("the keys of the bearer token's issuer are not known yet, try again soon"),
        KEY("the bearer token is signed with a key that its issuer does not show; its keys are being fetched again"),
        SIGNATURE("the signature of the bearer token is not valid"),
        AUDIENCE("the bearer token was not issued for this service (aud)"),
        EXPIRED("the bearer token has expired (exp)"),
        EXPIRY_MISSING("the bearer token does not say when it expires (exp)"),
        NOT_YET_VALID("the bearer token is not valid yet (nbf, iat)"),
        CLAIMS("the bearer token has a claim that cannot be understood");

        private final String sentence;

        Reason(String sentence) {
            this.sentence = sentence;
        }

        /** As a metric's label. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Reason reason;

    InvalidBearerException(Reason reason) {
        super(reason.sentence, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
