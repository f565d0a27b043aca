package dev.keyturn.agents;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** The credentials of agents. */
@ConfigMapping(prefix = "keyturn.agents")
public interface AgentsConfig {

    /** The address of LiveKit as agents reach it, where that is another than {@code keyturn.livekit.url}. */
    Optional<URI> url();

    /** How soon an agent is to ask again, told to it as {@code refresh_after}; sooner if its credentials expire. */
    @WithDefault("5m")
    Duration poll();

    /** The longest that a poll may wait for the key to turn ({@code Prefer: wait}); with 0s none does. */
    @WithDefault("60s")
    Duration longestWait();

    /** How many polls may wait at once, in each replica; what comes beyond is answered at once. */
    @WithDefault("1000")
    int maxWaiting();
}
