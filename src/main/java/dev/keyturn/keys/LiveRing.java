package dev.keyturn.keys;

import dev.keyturn.keys.KeyRingStore.Stored;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The last good ring, kept through every fault of its store.
 *
 * <p>{@link #refresh()} reads the store and is called in the background only; {@link #signingKey()} never waits. What
 * the store says is taken only if it goes forward: a ring that is missing, broken or older than the one held is
 * refused, and then the one held goes on to sign until nobody has confirmed it for {@code maxStaleness}. After that
 * nothing is signed: a replica that is cut off cannot know whether its key has been retired meanwhile.
 */
public final class LiveRing {

    private final KeyRingStore store;
    private final Duration maxStaleness;
    private final Clock clock;
    private final AtomicLongArray counts = new AtomicLongArray(Result.values().length);
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Confirmed held;
    private volatile Outcome last = new Outcome(Result.NOT_READ, "the ring was not read yet");

    /** @param maxStaleness how long a ring may sign after the store confirmed it last */
    public LiveRing(KeyRingStore store, Duration maxStaleness, Clock clock) {
        this.store = store;
        this.maxStaleness = maxStaleness;
        this.clock = clock;
    }

    /** What a read of the store came to, as a metric's label in lower case. */
    public enum Result { NOT_READ, LOADED, UNCHANGED, MISSING, OLDER, UNREACHABLE, DENIED, BROKEN, DEVELOPMENT_KEY }

    /**
     * @param problem a sentence for the operator; empty if all is well
     */
    public record Outcome(Result result, String problem) {

        /** Whether the store confirmed the ring, or gave a newer one. */
        public boolean isGood() {
            return result == Result.LOADED || result == Result.UNCHANGED;
        }
    }

    /**
     * A ring, and until when one may rely on it.
     *
     * @param at    when the store was asked that confirmed it
     * @param until {@code maxStaleness} later
     */
    public record Confirmed(KeyRing ring, Instant at, Instant until) {}

    /** Calls this after every read that gave a newer ring, on the thread that read. What it throws is lost. */
    public void onNewer(Runnable listener) {
        listeners.add(listener);
    }

    /** Reads the store once, one read at a time. Never throws: the outcome says what happened. */
    public Outcome refresh() {
        var outcome = counted();
        if (outcome.result == Result.LOADED) {
            for (var listener : listeners) {
                try {
                    listener.run();
                } catch (RuntimeException itsOwn) {
                    // the ring is loaded all the same, and the next listener has to know
                }
            }
        }
        return outcome;
    }

    private synchronized Outcome counted() {
        last = read();
        counts.incrementAndGet(last.result.ordinal());
        return last;
    }

    private Outcome read() {
        var asked = clock.instant(); // what the store answers may be as old as the question
        Optional<Stored> stored;
        try {
            stored = store.read();
        } catch (KeyRingStoreException e) {
            return new Outcome(switch (e.kind()) {
                case UNREACHABLE -> Result.UNREACHABLE;
                case DENIED, CONFLICT -> Result.DENIED;
                case BROKEN -> Result.BROKEN;
                case DEVELOPMENT_KEY -> Result.DEVELOPMENT_KEY;
            }, e.getMessage());
        } catch (RuntimeException e) {
            return new Outcome(Result.UNREACHABLE, store.describe() + " could not be read: " + e.getClass().getName());
        }
        return stored.map(found -> take(found.ring(), asked)).orElseGet(() -> new Outcome(Result.MISSING,
                "there is no ring in " + store.describe() + ": make one with 'keyturn init'"));
    }

    private Outcome take(KeyRing ring, Instant asked) {
        var before = held;
        if (before != null && (ring.version() < before.ring.version()
                || ring.version() == before.ring.version() && !ring.equals(before.ring))) {
            return new Outcome(Result.OLDER, store.describe() + " holds version " + ring.version()
                    + " of a ring whose version " + before.ring.version() + " was seen: it was put back or replaced."
                    + " Refused; the newer one goes on to sign. Restart to accept what is stored now");
        }
        held = new Confirmed(ring, asked, asked.plus(maxStaleness));
        var isNew = before == null || ring.version() > before.ring.version();
        return new Outcome(isNew ? Result.LOADED : Result.UNCHANGED, "");
    }

    /** The last good ring, stale or not. */
    public Optional<KeyRing> ring() {
        return Optional.ofNullable(held).map(Confirmed::ring);
    }

    /** The outcome of the last read. */
    public Outcome last() {
        return last;
    }

    /** How many reads came to this since the start. */
    public long count(Result result) {
        return counts.get(result.ordinal());
    }

    /** How long ago the store was asked that confirmed the ring; empty without a ring. */
    public Optional<Duration> age() {
        return Optional.ofNullable(held).map(confirmed -> Duration.between(confirmed.at, clock.instant()));
    }

    /**
     * The key that signs now.
     *
     * @throws RingUnavailableException if there is no ring yet, or it is older than {@code maxStaleness}
     */
    public SigningKey signingKey() {
        return current().active();
    }

    /** As {@link #signingKey()}, all of it. */
    public KeyRing current() {
        return confirmed().ring;
    }

    /** As {@link #current()}, with the time that goes with it. */
    public Confirmed confirmed() {
        var confirmed = held;
        if (confirmed == null) {
            throw new RingUnavailableException("no signing key yet: " + last.problem);
        }
        if (clock.instant().isAfter(confirmed.until)) {
            throw new RingUnavailableException("the signing key was last confirmed at " + confirmed.at
                    + ", longer ago than keyturn.ring.max-staleness (" + maxStaleness + "): " + last.problem);
        }
        return confirmed;
    }
}
