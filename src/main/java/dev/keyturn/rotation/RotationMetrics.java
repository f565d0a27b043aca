package dev.keyturn.rotation;

import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.RotationCalendar.Phase;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Where the turn of the keys is, as this replica's ring has it; see docs/metrics.md. NaN without a ring. */
@Singleton
class RotationMetrics {

    void start(@Observes StartupEvent event, MeterRegistry registry, Instance<LiveRing> live,
            Instance<RotationSettings> settings, Clock clock,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (serving) {
            bind(registry, live.get(), settings.get(), clock);
        }
    }

    private static void bind(MeterRegistry registry, LiveRing live, RotationSettings settings, Clock clock) {
        for (var phase : Phase.values()) {
            Gauge.builder("keyturn.rotation.phase", live,
                            of(ring -> RotationCalendar.of(ring, settings).phase() == phase ? 1 : 0))
                    .description("1 for the phase that the turn of the keys is in")
                    .tag("phase", phase.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Gauge.builder("keyturn.rotation.due", live, of(ring -> seconds(
                        Duration.between(clock.instant(), RotationCalendar.of(ring, settings).due()))))
                .description("Time to the next step of the rotation; negative once it is due")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("keyturn.rotation.late", live, of(ring ->
                        clock.instant().isAfter(RotationCalendar.of(ring, settings).late()) ? 1 : 0))
                .description("1 when a step of the rotation waits longer than it should")
                .register(registry);
        Gauge.builder("keyturn.compromised.keys", live,
                        of(ring -> ring.keys().stream().filter(SigningKey::compromised).count()))
                .description("Keys in the ring that others may know")
                .register(registry);
    }

    private static ToDoubleFunction<LiveRing> of(ToDoubleFunction<KeyRing> value) {
        return live -> live.ring().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
