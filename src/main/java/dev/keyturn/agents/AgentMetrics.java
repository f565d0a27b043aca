package dev.keyturn.agents;

import dev.keyturn.keys.KeyRing;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Polls by rule and by the state of the key that the poller holds; see docs/metrics.md. Never by who polls. */
@Singleton
class AgentMetrics {

    private final MeterRegistry registry;

    AgentMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void watch(Supplier<Number> waiting) {
        Gauge.builder("keyturn.agent.polls.waiting", waiting)
                .description("Polls for an agent's credentials that wait for the key to turn").register(registry);
    }

    /**
     * @param rule   empty if none decided
     * @param ring   the last good one, stale or not
     * @param answer credentials, unchanged, or why there are none
     */
    void polled(String rule, EntityTags shown, Optional<KeyRing> ring, String answer) {
        Counter.builder("keyturn.agent.polls")
                .description("Polls for an agent's credentials by rule, key that the poller holds, and answer")
                .tags("rule", rule, "held_key", held(shown, ring), "answer", answer).register(registry).increment();
    }

    private static String held(EntityTags shown, Optional<KeyRing> ring) {
        if (shown.values().isEmpty()) {
            return "none";
        }
        return ring.stream().flatMap(there -> there.keys().stream())
                .filter(key -> shown.naming(key.key()).isPresent()).findFirst()
                .map(key -> key.compromised() ? "compromised" : key.state().name().toLowerCase(Locale.ROOT))
                .orElse("unknown");
    }
}
