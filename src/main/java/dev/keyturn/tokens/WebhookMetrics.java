package dev.keyturn.tokens;

import dev.keyturn.keys.KeyState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Webhooks by event and key; see docs/metrics.md. What may never have happened yet is there from the start, as 0, so
 * that an alert sees the first time too.
 */
@Singleton
class WebhookMetrics {

    /** Those of LiveKit 1.13 (protocol webhook/events.go). A label holds no other text of a body. */
    private static final Set<String> EVENTS = Set.of("room_started", "room_finished", "participant_joined",
            "participant_left", "participant_connection_aborted", "track_published", "track_unpublished",
            "egress_started", "egress_updated", "egress_ended", "ingress_started", "ingress_ended");

    private final MeterRegistry registry;
    private final Counter repeated;

    WebhookMetrics(MeterRegistry registry) {
        this.registry = registry;
        repeated = Counter.builder("keyturn.webhooks.repeated")
                .description("Events that had come before, and were not passed on again").register(registry);
        for (var fault : WebhookFault.values()) {
            refusals(fault);
        }
    }

    void taken(WebhookEvent event, KeyState key) {
        Counter.builder("keyturn.webhooks").description("Webhooks verified, by event and by the state of their key")
                .tag("event", EVENTS.contains(event.name()) ? event.name() : "other")
                .tag("key_state", key.name()).register(registry).increment();
    }

    void repeated() {
        repeated.increment();
    }

    void refused(WebhookFault fault) {
        refusals(fault).increment();
    }

    private Counter refusals(WebhookFault fault) {
        return Counter.builder("keyturn.webhooks.refused").description("Webhooks refused")
                .tag("reason", fault.label()).register(registry);
    }

    /** From now on these are there for a receiver. */
    void watch(String receiver, Supplier<Number> queued) {
        Gauge.builder("keyturn.webhooks.queued", queued).description("Events that wait for a receiver")
                .tag("receiver", receiver).register(registry);
        deliveries(receiver);
        for (var loss : RelayLoss.values()) {
            losses(receiver, loss);
        }
    }

    void relayed(String receiver) {
        deliveries(receiver).increment();
    }

    void dropped(String receiver, RelayLoss loss, int events) {
        losses(receiver, loss).increment(events);
    }

    private Counter deliveries(String receiver) {
        return Counter.builder("keyturn.webhooks.relayed").description("Events that a receiver has taken")
                .tag("receiver", receiver).register(registry);
    }

    private Counter losses(String receiver, RelayLoss loss) {
        return Counter.builder("keyturn.webhooks.dropped").description("Events that a receiver never got")
                .tag("receiver", receiver).tag("reason", loss.label()).register(registry);
    }
}
