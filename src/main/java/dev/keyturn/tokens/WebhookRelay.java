package dev.keyturn.tokens;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.keyturn.callers.PemAuthorities;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.LiveRing;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Passes each event on to every receiver once; see docs/webhooks.md and docs/decisions/0009-webhook-relay.md. */
@Singleton
class WebhookRelay {

    /** Longer than any token of LiveKit's is valid, leeway and all: what comes after that is not verified. */
    private static final Duration REMEMBERED = Duration.ofMinutes(10);
    private static final int MOST_REMEMBERED = 100_000;

    /** How long the end of the program waits for receivers. */
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(5);

    private final RelayLedger ledger;
    private final List<RelayReceiver> receivers = new ArrayList<>();
    private final Cache<String, Boolean> seen;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "keyturn-webhooks");
        thread.setDaemon(true);
        return thread;
    });

    WebhookRelay(WebhooksConfig config, WebhookMetrics metrics, Clock clock) {
        ledger = new RelayLedger(metrics, clock);
        seen = Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterWrite(REMEMBERED)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis())).build();
        config.receivers().forEach((name, each) -> receivers.add(receiver(name, each, clock)));
        receivers.forEach(each -> metrics.watch(each.name(), each::queued));
    }

    private RelayReceiver receiver(String name, WebhooksConfig.ReceiverConfig config, Clock clock) {
        var prefix = "keyturn.webhooks.receivers." + name + ".";
        var target = RelayTarget.of(prefix, config);
        between(config.timeout(), Duration.ofMillis(100), Duration.ofMinutes(1), prefix + "timeout");
        between(config.giveUpAfter(), Duration.ofSeconds(1), Duration.ofDays(1), prefix + "give-up-after");
        if (config.queueSize() < 1 || config.queueSize() > 100_000) {
            throw new ConfigurationException(prefix + "queue-size must be 1 to 100000");
        }
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER).connectTimeout(config.timeout());
        config.caFile().ifPresent(file -> client.sslContext(PemAuthorities.trusted(file, prefix + "ca-file")));
        return new RelayReceiver(name, target, config, client.build(), timer, ledger, clock);
    }

    private static void between(Duration value, Duration least, Duration most, String property) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new ConfigurationException(property + " is " + value + ": it must be from " + least + " to " + most);
        }
    }

    /** Only a server relays: a command must not fail over a receiver. */
    static void start(@Observes StartupEvent event, Instance<WebhookRelay> relay, Instance<LiveRing> ring,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (serving) {
            var started = relay.get();
            ring.get().ring().ifPresent(started::allowed);
        }
    }

    /** What became of an event. */
    enum Outcome { TAKEN, REPEATED, QUEUES_FULL }

    /**
     * Queues an event for every receiver, unless it came before. An event that no receiver has room for is not
     * remembered: LiveKit is told to send it again.
     *
     * @param ring the ring now, none of whose keys may be a receiver's
     */
    Outcome pass(WebhookEvent event, KeyRing ring) {
        var isNew = new boolean[1];
        var remembered = seen.asMap().computeIfAbsent(event.id(), id -> {
            isNew[0] = true;
            return isQueued(event, ring) ? Boolean.TRUE : null;
        });
        return remembered == null ? Outcome.QUEUES_FULL : isNew[0] ? Outcome.TAKEN : Outcome.REPEATED;
    }

    private boolean isQueued(WebhookEvent event, KeyRing ring) {
        var allowed = allowed(ring);
        var full = allowed.stream().filter(receiver -> !receiver.offer(event)).toList();
        if (!full.isEmpty() && full.size() == allowed.size()) {
            return false;
        }
        full.forEach(receiver -> ledger.lost(receiver.name(), RelayLoss.QUEUE_FULL, 1));
        receivers.stream().filter(receiver -> !allowed.contains(receiver))
                .forEach(receiver -> ledger.lost(receiver.name(), RelayLoss.RING_KEY, 1));
        return true;
    }

    /** The receivers whose pair opens no room; the others are named in the log. */
    private List<RelayReceiver> allowed(KeyRing ring) {
        var allowed = new ArrayList<RelayReceiver>();
        for (var receiver : receivers) {
            if (!receiver.target().isIn(ring)) {
                allowed.add(receiver);
            } else {
                ledger.hasRingKey(receiver.name());
            }
        }
        return allowed;
    }

    /** Tries what is queued for a few seconds; what is left is counted and said. Nothing comes in any more by then. */
    @PreDestroy
    void end() {
        var until = System.nanoTime() + ENDS_WITHIN.toNanos();
        receivers.forEach(RelayReceiver::beginToEnd);
        for (var receiver : receivers) {
            var left = receiver.awaitEmpty(Duration.ofNanos(until - System.nanoTime()));
            if (left > 0) {
                ledger.lost(receiver.name(), RelayLoss.SHUTDOWN, left);
            }
        }
        timer.shutdownNow();
    }
}
