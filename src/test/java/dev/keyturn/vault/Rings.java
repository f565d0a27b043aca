package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStore.Stored;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.VaultServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;

/** Rings to store, and key files to deliver. */
final class Rings {

    /** A secret that must turn up nowhere but in Vault. */
    static final String CANARY = "CANARYcanaryCANARYcanaryCANARYcanaryCANARY0";

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private Rings() {}

    static KeyRing first() {
        return KeyRing.first(SigningKey.staged(new ApiKey("APIcanary000001"), ApiSecret.of(CANARY), NOW), NOW);
    }

    /** What a store holds as the writer knows it, who does not know when it was written. */
    static Optional<Stored> read(KeyRingStore store) throws KeyRingStoreException {
        return store.read().map(stored -> new Stored(stored.ring(), stored.revision()));
    }

    /** The same with one more key, which is another one at each call. */
    static KeyRing staged(KeyRing ring) {
        return ring.stage(SigningKey.generate(new SecureRandom(), NOW));
    }

    /** That ring's, which holds the canary. */
    static KeyFile keyFile() {
        return KeyFile.of(first(), NOW);
    }

    /** With one more key, which is another one at each call. */
    static KeyFile nextKeyFile() {
        return KeyFile.of(staged(first()), NOW);
    }

    /** All that a log would show of a failure: message, causes and stack, without a secret in it. */
    static String shown(Throwable failure, VaultServer vault) {
        var shown = new StringWriter();
        failure.printStackTrace(new PrintWriter(shown));
        assertFalse(shown.toString().contains(CANARY), shown::toString);
        assertFalse(shown.toString().contains(vault.rootToken()), shown::toString);
        return shown.toString();
    }
}
