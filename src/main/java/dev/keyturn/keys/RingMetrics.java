package dev.keyturn.keys;

import dev.keyturn.keys.LiveRing.Result;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * What the ring shows of itself; see docs/metrics.md. Without a ring these are NaN, which no alert mistakes for good.
 */
@Singleton
class RingMetrics {

    void start(@Observes StartupEvent event, MeterRegistry registry, Instance<LiveRing> ring, Clock clock,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (serving) {
            bind(registry, ring.get(), clock);
        }
    }

    private static void bind(MeterRegistry registry, LiveRing ring, Clock clock) {
        Gauge.builder("keyturn.ring.version", ring,
                        r -> r.ring().map(KeyRing::version).map(Long::doubleValue).orElse(Double.NaN))
                .description("Version of the key ring that signs")
                .register(registry);
        Gauge.builder("keyturn.ring.age", ring, r -> seconds(r.age().orElse(null)))
                .description("Time since the store last confirmed the key ring")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("keyturn.active.key.age", ring, r -> seconds(
                        r.ring().map(held -> Duration.between(held.active().since(), clock.instant())).orElse(null)))
                .description("Time since the active key began to sign")
                .baseUnit("seconds")
                .register(registry);
        for (var state : KeyState.values()) {
            Gauge.builder("keyturn.keys", ring, r -> r.ring().map(held -> held.in(state).size()).orElse(0))
                    .description("Keys in the ring by state")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        for (var result : Result.values()) {
            if (result != Result.NOT_READ) {
                FunctionCounter.builder("keyturn.ring.refreshes", ring, r -> r.count(result))
                        .description("Reads of the key ring's store by outcome")
                        .tag("outcome", result.name().toLowerCase(Locale.ROOT))
                        .register(registry);
            }
        }
    }

    private static double seconds(Duration duration) {
        return duration == null ? Double.NaN : duration.toMillis() / 1000.0;
    }
}
