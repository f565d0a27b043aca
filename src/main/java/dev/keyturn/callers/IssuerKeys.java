package dev.keyturn.callers;

import dev.keyturn.callers.KeysNotFetchedException.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * The keys of one issuer, as last fetched.
 *
 * <p>Whoever verifies a token reads {@link #current()} and never waits. New keys come by {@link #fetch()}, on a thread
 * of its own: at start, every now and then ({@link KeyRefresh}), and when a token names a key that is not there
 * ({@link #fetchSoon()}). Only a set with a usable key replaces the one before; an issuer that is down, or talks
 * nonsense, keeps the keys it had, for as long as that takes.
 */
final class IssuerKeys {

    /** Any stranger can name an unknown key, so that is no reason to ask the issuer more often than this. */
    static final Duration BETWEEN_UNKNOWN_KEYS = Duration.ofSeconds(30);

    private static final Logger LOG = Logger.getLogger(IssuerKeys.class);

    private final String issuerName;
    private final KeySource source;
    private final Set<SigningAlgorithm> algorithms;
    private final Clock clock;
    private final Executor background;

    private final AtomicBoolean fetching = new AtomicBoolean();
    private final AtomicReference<Instant> unknownKeySeen = new AtomicReference<>(Instant.EPOCH);
    private final LongAdder successes = new LongAdder();
    private final Map<Kind, LongAdder> failures = new EnumMap<>(Kind.class);
    private volatile VerificationKeys current = VerificationKeys.NONE;
    private volatile Instant lastSuccess;
    private volatile int failuresInARow;

    IssuerKeys(String issuerName, KeySource source, Set<SigningAlgorithm> algorithms, Clock clock,
            Executor background) {
        this.issuerName = issuerName;
        this.source = source;
        this.algorithms = algorithms;
        this.clock = clock;
        this.background = background;
        for (var kind : Kind.values()) {
            failures.put(kind, new LongAdder());
        }
    }

    /** Empty until the first fetch that worked, and never again after it. */
    VerificationKeys current() {
        return current;
    }

    /** Fetches the keys now, unless a fetch is under way: there is one at a time. A failure is logged and counted. */
    void fetch() {
        if (!fetching.compareAndSet(false, true)) {
            return;
        }
        try {
            fetchOrFail();
        } catch (KeysNotFetchedException e) {
            failed(e.kind(), e.getMessage());
        } catch (RuntimeException e) { // must not end the refresh for good
            failed(Kind.BROKEN, "unexpectedly: " + e.getClass().getName());
        } finally {
            fetching.set(false);
        }
    }

    /** The first fetch of keys that must be there at start. */
    void fetchOrFail() throws KeysNotFetchedException {
        var shown = new VerificationKeys(source.fetch(), algorithms);
        if (shown.isEmpty()) {
            throw new KeysNotFetchedException(Kind.BROKEN, "there is no signature key for " + algorithms);
        }
        var changed = !shown.equals(current);
        if (changed || failuresInARow > 0) {
            LOG.infof("usable keys of issuer %s: %d", issuerName, shown.size());
        }
        if (changed) {
            current = shown; // else what they have prepared for themselves is kept
        }
        lastSuccess = clock.instant();
        failuresInARow = 0;
        successes.increment();
    }

    /** Has the keys fetched in the background because a token names one that is not there; at most every 30 seconds. */
    void fetchSoon() {
        var now = clock.instant();
        var before = unknownKeySeen.get();
        if (!now.isBefore(before.plus(BETWEEN_UNKNOWN_KEYS))
                && unknownKeySeen.compareAndSet(before, now)) {
            try {
                background.execute(this::fetch);
            } catch (RejectedExecutionException e) {
                LOG.debugf("keys of issuer %s are not fetched again: the program is ending", issuerName);
            }
        }
    }

    /** When the keys were last fetched; empty if never. */
    Optional<Instant> lastSuccess() {
        return Optional.ofNullable(lastSuccess);
    }

    int failuresInARow() {
        return failuresInARow;
    }

    long successes() {
        return successes.sum();
    }

    long failures(Kind kind) {
        return failures.get(kind).sum();
    }

    private void failed(Kind kind, String why) {
        failures.get(kind).increment();
        failuresInARow = failuresInARow + 1; // one fetch at a time
        if (failuresInARow == 1) { // the first tells it; the metrics tell the rest
            LOG.warnf("the keys of issuer %s could not be fetched: %s; %s", issuerName, why, current.isEmpty()
                    ? "none are known, so its tokens are answered with 503" : "the ones fetched before stay in use");
        }
    }
}
