package dev.keyturn.vault;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import java.security.SecureRandom;
import java.time.Instant;

/** Rings to store. */
final class Rings {

    /** A secret that must turn up nowhere but in Vault. */
    static final String CANARY = "CANARYcanaryCANARYcanaryCANARYcanaryCANARY0";

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private Rings() {}

    static KeyRing first() {
        return KeyRing.first(SigningKey.staged(new ApiKey("APIcanary000001"), ApiSecret.of(CANARY), NOW), NOW);
    }

    /** The same with one more key, which is another one at each call. */
    static KeyRing staged(KeyRing ring) {
        return ring.stage(SigningKey.generate(new SecureRandom(), NOW));
    }
}
