package dev.keyturn.agents;

import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The settings, once they have been found to make sense. */
@Singleton
class AgentSettings {

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
    private static final Set<String> SCHEMES = Set.of("wss", "ws", "https", "http");

    private final AgentsConfig config;
    private final String url;

    /** @throws ConfigurationException if they do not; says which and why in a sentence */
    AgentSettings(AgentsConfig config, @ConfigProperty(name = "keyturn.livekit.url") Optional<URI> liveKit) {
        this.config = config;
        config.url().ifPresent(own -> require(own.getHost() != null && SCHEMES.contains(own.getScheme()),
                "keyturn.agents.url", own, "it must be absolute, such as ws://livekit:7880"));
        url = config.url().or(() -> liveKit).map(URI::toString).orElseThrow(() -> new ConfigurationException(
                "keyturn.agents.url is not set, and neither is keyturn.livekit.url: agents are told there where LiveKit"
                        + " is"));
        require(config.poll().compareTo(Duration.ofSeconds(1)) >= 0,
                "keyturn.agents.poll", config.poll(), "at least 1s");
        require(!config.longestWait().isNegative() && config.longestWait().compareTo(LONGEST_WAIT) <= 0,
                "keyturn.agents.longest-wait", config.longestWait(), "0s to 10m");
        require(config.maxWaiting() >= 0, "keyturn.agents.max-waiting", config.maxWaiting(), "0 or more");
    }

    static void require(boolean good, String property, Object value, String what) {
        if (!good) {
            throw new ConfigurationException(property + " is '" + value + "': " + what);
        }
    }

    String url() {
        return url;
    }

    Duration poll() {
        return config.poll();
    }

    Duration longestWait() {
        return config.longestWait();
    }

    int maxWaiting() {
        return config.maxWaiting();
    }
}
