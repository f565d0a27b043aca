package dev.keyturn.keys;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Objects;

/**
 * A LiveKit key pair and where it is in its life.
 *
 * @param key         its public name
 * @param secret      its secret
 * @param state       what it may be used for
 * @param created     when it was generated or imported
 * @param since       when it came into {@code state}
 * @param compromised whether others may know the secret, so that it has to go as soon as it can be replaced
 */
public record SigningKey(
        ApiKey key, ApiSecret secret, KeyState state, Instant created, Instant since, boolean compromised) {

    public SigningKey {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(secret, "secret");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(created, "created");
        Objects.requireNonNull(since, "since");
        if (since.isBefore(created)) {
            throw new IllegalArgumentException("key " + key + " is " + state + " since before it was created");
        }
    }

    /** A new random pair, {@link KeyState#STAGED} at {@code now}. */
    public static SigningKey generate(SecureRandom random, Instant now) {
        return staged(ApiKey.generate(random), ApiSecret.generate(random), now);
    }

    /** A pair that exists already, {@link KeyState#STAGED} at {@code now}. */
    public static SigningKey staged(ApiKey key, ApiSecret secret, Instant now) {
        return new SigningKey(key, secret, KeyState.STAGED, now, now, false);
    }

    /** Time does not go back within a key's life, whatever the clock of the machine that makes the move. */
    SigningKey becomes(KeyState next, Instant now) {
        return new SigningKey(key, secret, next, created, now.isBefore(since) ? since : now, compromised);
    }

    SigningKey foundOut() {
        return new SigningKey(key, secret, state, created, since, true);
    }
}
