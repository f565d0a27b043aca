package dev.keyturn.keys;

import dev.keyturn.keys.LiveRing.Outcome;
import dev.keyturn.keys.LiveRing.Result;
import dev.keyturn.tracing.Tracing;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Keeps the {@link LiveRing} fresh: one read at a time on a thread of its own, at start and then every
 * {@code keyturn.ring.refresh}, a tenth sooner or later so that replicas spread out.
 */
@ApplicationScoped
public class RingRefresh {

    private static final Logger LOG = Logger.getLogger(RingRefresh.class);

    /** How long a start waits for the first read: with a store in health the first request finds a ring. */
    private static final Duration FIRST_READ = Duration.ofSeconds(2);

    /** How soon a program that never had a ring asks again. */
    private static final Duration WITHOUT_RING = Duration.ofSeconds(2);

    private final Instance<LiveRing> live;
    private final RingConfig config;
    private final boolean serving;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        var reader = new Thread(task, "keyturn-ring");
        reader.setDaemon(true);
        return reader;
    });
    private LiveRing ring;
    private Outcome told = new Outcome(Result.NOT_READ, "");

    /** @param serving false where a command runs instead of the server: it reads the ring itself if it needs it */
    RingRefresh(Instance<LiveRing> live, RingConfig config,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        this.live = live;
        this.config = config;
        this.serving = serving;
    }

    @Produces
    @Singleton
    static LiveRing liveRing(Instance<KeyRingStore> store, RingConfig config, Clock clock) {
        return new LiveRing(store.get(), config.maxStaleness(), clock);
    }

    /** Early among the observers: a start that must fail says so before it says anything else. */
    void start(@Observes @Priority(100) StartupEvent event) throws InterruptedException {
        if (!serving) {
            return;
        }
        if (config.refresh().compareTo(Duration.ofSeconds(1)) < 0) {
            throw new ConfigurationException("keyturn.ring.refresh is " + config.refresh() + ": at least 1s");
        }
        if (config.maxStaleness().compareTo(config.refresh()) < 0) {
            throw new ConfigurationException("keyturn.ring.max-staleness (" + config.maxStaleness()
                    + ") is shorter than keyturn.ring.refresh (" + config.refresh() + "): no ring would ever be fresh");
        }
        if (config.store() == RingConfig.Store.DEVELOPMENT && LaunchMode.current() == LaunchMode.NORMAL) {
            throw new ConfigurationException(
                    "keyturn.ring.store=development signs with LiveKit's public development key,"
                    + " with which anyone may enter any room: set it to file or vault and run 'keyturn init'");
        }
        ring = live.get(); // not sooner: a command must not fail over a store that it does not need
        var first = thread.submit(this::refresh);
        if (awaited(first) == Result.DEVELOPMENT_KEY) {
            throw new ConfigurationException(ring.last().problem());
        }
        scheduleNext();
    }

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
    }

    private Result awaited(Future<?> first) throws InterruptedException {
        try {
            first.get(FIRST_READ.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            LOG.warnf("The key ring was not read within %d s; the start goes on without it", FIRST_READ.toSeconds());
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible.getCause());
        }
        return ring.last().result();
    }

    private void scheduleNext() {
        var period = ring.ring().isPresent() || config.refresh().compareTo(WITHOUT_RING) < 0
                ? config.refresh()
                : WITHOUT_RING;
        var jitter = 0.9 + ThreadLocalRandom.current().nextDouble(0.2);
        thread.schedule(() -> {
            try {
                refresh();
            } finally {
                scheduleNext(); // whatever happened: an error must not end the refreshes for good
            }
        }, (long) (period.toMillis() * jitter), TimeUnit.MILLISECONDS);
    }

    /** Reads once and says what changed, once: a store that is down for hours does not fill the log. */
    private void refresh() {
        var span = Tracing.task("ring refresh");
        var now = ring.refresh();
        var result = now.result().name().toLowerCase(Locale.ROOT);
        if (now.isGood()) {
            Tracing.ended(span, result);
        } else {
            Tracing.failed(span, result);
        }
        var before = told;
        told = now;
        if (now.result() == Result.LOADED) {
            LOG.infof("%s is loaded", ring.ring().orElseThrow());
        } else if (now.isGood() && !before.isGood()) {
            LOG.info("The key ring is confirmed again");
        } else if (!now.isGood() && now.result() != before.result()) {
            LOG.log(now.result() == Result.OLDER ? Logger.Level.ERROR : Logger.Level.WARN, now.problem()
                    + ring.ring().map(held -> " (version " + held.version() + " goes on to sign)").orElse(""));
        }
    }
}
