package dev.keyturn.vault;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Where in Vault LiveKit's key file is delivered. Vault's address and the login are those of the ring. */
@ConfigMapping(prefix = "keyturn.rotation.vault")
public interface VaultTargetConfig {

    /** Where the KV v2 secrets engine is mounted. */
    @WithDefault("secret")
    String mount();

    /** The secret's path within that engine, without {@code data/}. */
    @WithDefault("keyturn/livekit")
    String path();

    /** The field of that secret that holds the key file; others are kept. */
    @WithDefault("keys.yaml")
    String entry();

    /** How long one read or write may take, with the login or renewal that it needs. */
    @WithDefault("5s")
    Duration timeout();
}
