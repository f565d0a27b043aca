package dev.keyturn.callers;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Fetches the issuers' keys again and again, on a few daemon threads that no request ever waits for. */
final class KeyRefresh {

    /** Slow issuers hold up a thread for their {@code timeout}, so there is more than one, and not one for each. */
    private static final int MOST_THREADS = 4;
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

    private final ScheduledExecutorService threads;

    KeyRefresh(int issuers) {
        var number = new AtomicInteger();
        threads = Executors.newScheduledThreadPool(Math.max(1, Math.min(issuers, MOST_THREADS)), task -> {
            var thread = new Thread(task, "issuer-keys-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    ScheduledExecutorService threads() {
        return threads;
    }

    /** Fetches the keys at once, and from then on every {@code refresh}, sooner after a failure. */
    void start(IssuerKeys keys, Duration refresh) {
        threads.execute(() -> fetchAndRepeat(keys, refresh));
    }

    void stop() {
        threads.shutdownNow();
    }

    private void fetchAndRepeat(IssuerKeys keys, Duration refresh) {
        try {
            keys.fetch();
        } finally { // whatever happened: an issuer that is never asked again is lost at its next turn of keys
            if (!threads.isShutdown()) {
                var jitter = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
                var delay = (long) (delay(refresh, keys.failuresInARow()).toMillis() * jitter);
                threads.schedule(() -> fetchAndRepeat(keys, refresh), delay, TimeUnit.MILLISECONDS);
            }
        }
    }

    /** {@code refresh} after a success; 1, 2, 4 ... 30 seconds after failures in a row, if that is sooner. */
    static Duration delay(Duration refresh, int failuresInARow) {
        if (failuresInARow == 0) {
            return refresh;
        }
        var doublings = Math.min(failuresInARow - 1, 5); // 32 seconds
        var retry = least(FIRST_RETRY.multipliedBy(1L << doublings), LONGEST_RETRY);
        return least(retry, refresh);
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
