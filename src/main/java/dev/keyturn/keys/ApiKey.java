package dev.keyturn.keys;

import java.security.SecureRandom;
import java.util.regex.Pattern;

/**
 * The public name of a LiveKit key pair: the {@code iss} of every token signed with it.
 *
 * <p>LiveKit itself takes any text. We take what survives all the places a key travels through: a YAML key file, an
 * environment variable and a TURN user name, which LiveKit splits at {@code |} (pkg/service/turn.go).
 *
 * @param value 1 to 128 characters of {@code A-Z a-z 0-9 . _ -}
 */
public record ApiKey(String value) {

    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final int RANDOM_CHARACTERS = 12;

    /** @throws IllegalArgumentException if the text cannot be an API key; the message does not repeat it */
    public ApiKey {
        if (value == null || !SHAPE.matcher(value).matches()) {
            throw new IllegalArgumentException("an API key is 1 to 128 characters of A-Z a-z 0-9 . _ -");
        }
    }

    /** A new key of LiveKit's own shape: {@code API} and 12 base62 characters (livekit-server generate-keys). */
    public static ApiKey generate(SecureRandom random) {
        return new ApiKey("API" + Base62.random(random, RANDOM_CHARACTERS));
    }

    @Override
    public String toString() {
        return value;
    }
}
