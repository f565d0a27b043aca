package dev.keyturn.keys;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;

/**
 * The secret half of a LiveKit key pair: the HMAC key of every token signed with it.
 *
 * <p>It prints as {@code [redacted]}, wherever it is put into a message, a log or a debugger. Only {@link #reveal()}
 * gives the text away, and only those who sign, verify, store or deliver it may call that (a test holds this).
 */
public final class ApiSecret {

    /** LiveKit logs an error for shorter ones at each start (pkg/config/config.go); RFC 7518 §3.2 asks for as much. */
    public static final int MIN_CHARACTERS = 32;

    private static final int MAX_CHARACTERS = 1024;
    private static final int RANDOM_CHARACTERS = 43; // 62^43 > 2^256

    private final String value;

    private ApiSecret(String value) {
        this.value = value;
    }

    /**
     * @param value 32 to 1024 printable ASCII characters without blanks
     * @throws IllegalArgumentException if it is not; the message does not repeat it
     */
    public static ApiSecret of(String value) {
        if (value == null || value.length() < MIN_CHARACTERS) {
            throw new IllegalArgumentException("an API secret has at least " + MIN_CHARACTERS + " characters, this one "
                    + (value == null ? 0 : value.length()));
        }
        if (value.length() > MAX_CHARACTERS || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException(
                    "an API secret has at most " + MAX_CHARACTERS + " printable ASCII characters and no blanks");
        }
        return new ApiSecret(value);
    }

    /**
     * The secret of a pair that a Keyturn server gave: as {@link #of}, or LiveKit's public development secret with its
     * key.
     */
    public static ApiSecret received(String value, ApiKey key) {
        var development = development();
        return key.equals(DevelopmentRing.KEY) && development.value.equals(value) ? development : of(value);
    }

    /** 256 random bits in base62, as {@code livekit-server generate-keys} makes them. */
    public static ApiSecret generate(SecureRandom random) {
        return new ApiSecret(Base62.random(random, RANDOM_CHARACTERS));
    }

    /** LiveKit's public development secret, the only one that may be so short. */
    static ApiSecret development() {
        return new ApiSecret("secret");
    }

    /** The secret itself. Whoever calls this answers for where it goes. */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ApiSecret secret && MessageDigest.isEqual(bytes(), secret.bytes());
    }

    @Override
    public int hashCode() {
        return ApiSecret.class.hashCode(); // says nothing of the secret; no map is keyed by one
    }

    @Override
    public String toString() {
        return "[redacted]";
    }

    private byte[] bytes() {
        return value.getBytes(StandardCharsets.UTF_8);
    }
}
