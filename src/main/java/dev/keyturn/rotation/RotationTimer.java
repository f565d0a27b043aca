package dev.keyturn.rotation;

import dev.keyturn.rotation.Outcome.Kind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * {@code keyturn rotate} without a scheduler: every {@code keyturn.rotation.every}, a tenth sooner or later, the server
 * takes the step that is due. Several replicas may: of two that try one takes it.
 */
@ApplicationScoped
class RotationTimer {

    private static final Logger LOG = Logger.getLogger(RotationTimer.class);
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final Instance<Rotator> rotator;
    private final RotationConfig config;
    private final MeterRegistry registry;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        var turning = new Thread(task, "keyturn-rotation");
        turning.setDaemon(true);
        return turning;
    });
    private Outcome told = Outcome.of(Kind.NOTHING, Outcome.Step.NONE, "");

    RotationTimer(Instance<Rotator> rotator, RotationConfig config, MeterRegistry registry) {
        this.rotator = rotator;
        this.config = config;
        this.registry = registry;
    }

    void start(@Observes StartupEvent event,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (!serving) {
            return;
        }
        for (var kind : Kind.values()) {
            runs(kind);
        }
        if (config.every().isEmpty()) {
            return;
        }
        if (config.every().get().compareTo(SHORTEST) < 0) {
            throw new ConfigurationException("keyturn.rotation.every is " + config.every().get() + ": at least 1s");
        }
        rotator.get(); // which stops the start if something of it is not configured
        scheduleNext();
    }

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
    }

    private void scheduleNext() {
        var jitter = 0.9 + ThreadLocalRandom.current().nextDouble(0.2);
        thread.schedule(() -> {
            try {
                tell(rotator.get().run(Intent.DUE, LOG::info));
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.error("A step of the rotation failed in a way that nobody foresaw", e);
            } finally {
                scheduleNext();
            }
        }, (long) (config.every().orElseThrow().toMillis() * jitter), TimeUnit.MILLISECONDS);
    }

    private Counter runs(Kind kind) {
        return Counter.builder("keyturn.rotation.runs")
                .description("Runs of the rotation in this server by outcome")
                .tag("outcome", kind.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    /** Says what changed, once: a node that is down for hours does not fill the log. */
    private void tell(Outcome now) {
        runs(now.kind()).increment();
        var before = told;
        told = now;
        if (now.kind() == before.kind() && now.sentence().equals(before.sentence())) {
            return;
        }
        LOG.log(now.kind() == Kind.BLOCKED || now.kind() == Kind.FAILED ? Logger.Level.WARN : Logger.Level.INFO,
                "Rotation: " + now.sentence());
    }
}
