package dev.keyturn.callers;

import dev.keyturn.policy.Caller;
import java.time.Instant;
import java.util.Objects;

/**
 * A bearer token that was verified, and how long that holds: until a moment, and as long as its issuer shows the key.
 *
 * @param caller who it speaks for
 * @param until  {@code exp} and the issuer's leeway; at this very moment the token is no longer valid
 * @param key    the key that verified it
 * @param keys   where that key must still be
 */
record VerifiedBearer(Caller caller, Instant until, VerificationKey key, IssuerKeys keys) {

    VerifiedBearer {
        Objects.requireNonNull(caller, "caller");
        Objects.requireNonNull(until, "until");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(keys, "keys");
    }

    boolean holdsAt(Instant now) {
        return now.isBefore(until) && keys.current().contains(key);
    }
}
