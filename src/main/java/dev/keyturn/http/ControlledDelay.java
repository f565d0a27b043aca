package dev.keyturn.http;

import java.time.Duration;

/**
 * Whether a request waited too long to be worth its work: when requests have kept waiting for more than
 * {@link #SHORT_WAIT} for all of {@code longestWait}, each that has, until for as long none did. So a crowd (all
 * clients of a LiveKit node that died) is served to the last, and a load that stays is shed early. After Maurer, "Fail at
 * Scale", ACM Queue 13(8), 2015; there an empty queue ends it, which makes the wait swing between the two.
 *
 * <p>Of one event loop, and on its thread only. Times are {@link System#nanoTime()}.
 */
final class ControlledDelay {

    /** Longer than the garbage collector stops everything. */
    static final Duration SHORT_WAIT = Duration.ofMillis(200);

    private final long longestWait;

    private long last;
    private long lastInTime;
    private long lastLate;
    private boolean overloaded;

    ControlledDelay(Duration longestWait, long now) {
        this.longestWait = longestWait.toNanos();
        last = now;
        lastInTime = now;
        lastLate = now;
    }

    /** What came before this, and since the last, has been done. To be called much more often than the short wait. */
    void beat(long now) {
        if (late(now)) {
            lastLate = now;
        } else {
            lastInTime = now;
        }
        overloaded = now - lastInTime > longestWait || overloaded && now - lastLate <= longestWait;
        last = now;
    }

    /** Whether the request at hand is better told to come again. */
    boolean tooLate(long now) {
        return late(now) && (overloaded || now - lastInTime > longestWait);
    }

    private boolean late(long now) {
        return now - last > SHORT_WAIT.toNanos();
    }
}
