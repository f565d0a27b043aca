package dev.keyturn.vault;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Where in Vault the ring is. Vault's address and the login are {@code quarkus.vault.*}: see docs/vault.md. */
@ConfigMapping(prefix = "keyturn.ring.vault")
public interface VaultRingConfig {

    /** Where the KV v2 secrets engine is mounted. */
    @WithDefault("secret")
    String mount();

    /** The ring's path within that engine, without {@code data/}. */
    @WithDefault("keyturn/ring")
    String path();

    /** How long one read or write may take, with the login or renewal that it needs. */
    @WithDefault("5s")
    Duration timeout();
}
