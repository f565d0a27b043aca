package dev.keyturn.http;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits of what comes from the network. */
@ConfigMapping(prefix = "keyturn.http")
public interface HttpConfig {

    /** The longest body that is read; a longer one is answered with 413. */
    @WithDefault("64K")
    MemorySize maxBodySize();

    /**
     * The same for {@code /webhook}: LiveKit's events hold the metadata and attributes of a room and a participant.
     */
    @WithDefault("2M")
    MemorySize maxWebhookSize();

    /** How long requests may keep waiting, before those that some tenths of a second cannot serve are answered with 503. */
    @WithDefault("5s")
    Duration longestWait();
}
