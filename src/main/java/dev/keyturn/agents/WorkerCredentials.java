package dev.keyturn.agents;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a worker is started with to be an agent of a LiveKit server, as {@code GET /agent/credentials} gave it.
 *
 * @param url       of LiveKit
 * @param version   of the key ring that it comes from; a turn makes it larger
 * @param agentName the name that the policy has for this workload's agent
 * @param etag      what the server calls it; empty if something on the way took it off
 */
record WorkerCredentials(
        String url, ApiKey key, ApiSecret secret, long version, Optional<String> agentName, String etag) {

    /** @throws IllegalArgumentException if a value is fit for no environment; the message does not repeat it */
    WorkerCredentials {
        if (Stream.concat(Stream.of(url), agentName.stream()).flatMapToInt(String::chars)
                .anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a URL and an agent's name have no control characters");
        }
    }

    /** The variables that LiveKit's agents, SDKs and tools read. */
    Map<String, String> environment() {
        var variables = new HashMap<>(Map.of(
                "LIVEKIT_URL", url, "LIVEKIT_API_KEY", key.value(), "LIVEKIT_API_SECRET", secret.reveal()));
        agentName.ifPresent(name -> variables.put("LIVEKIT_AGENT_NAME", name));
        return variables;
    }

    /** Whether a worker would notice no difference. */
    boolean isSameAs(WorkerCredentials other) {
        return environment().equals(other.environment());
    }
}
