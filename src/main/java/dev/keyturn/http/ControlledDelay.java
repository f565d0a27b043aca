package dev.keyturn.http;

import java.time.Duration;

/**
 * Whether a request waited too long to be worth its work: when requests have kept waiting for more than
 * {@link #SHORT_WAIT} for all of {@code longestWait}, each that has, until for as long none did. So a crowd (all
 * clients of a LiveKit node that died) is served to the last, and a load that stays is shed early. After Maurer, "Fail at
 * Scale", ACM Queue 13(8), 2015; there an empty queue ends it, which makes the wait swing between the two.
 *
 * <p>Meanwhile it lets no more in between two beats than can be worked on in half the short wait, by what was let in
 * before and how long that took: to refuse a request at its work costs a third of the work.
 *
 * <p>Of one event loop, and on its thread only. Times are {@link System#nanoTime()}.
 */
final class ControlledDelay {

    /** Longer than the garbage collector stops everything. */
    static final Duration SHORT_WAIT = Duration.ofMillis(200);

    /** So many are let in between two beats if they come in time: one long pause is no reason to refuse the next few. */
    static final int FEWEST = 10;

    private final long longestWait;

    private long last;
    private long lastInTime;
    private long lastLate;
    private boolean overloaded;

    private long mostAdmitted; // between two beats of an overload
    private long admitted; // since the last beat
    private boolean refused; // any, since the last beat
    private long lastUnrefused;

    ControlledDelay(Duration longestWait, long now) {
        this.longestWait = longestWait.toNanos();
        last = now;
        lastInTime = now;
        lastLate = now;
        lastUnrefused = now;
    }

    /** What came before this, and since the last, has been done. To be called much more often than the short wait. */
    void beat(long now) {
        if (!refused) {
            lastUnrefused = now;
        }
        if (late(now) || now - lastUnrefused > SHORT_WAIT.toNanos()) { // a crowd that is refused a part is not too much
            lastLate = now;
        } else {
            lastInTime = now;
        }
        var before = overloaded;
        overloaded = now - lastInTime > longestWait || overloaded && now - lastLate <= longestWait;
        if (refused || overloaded && !before) {
            mostAdmitted = Math.max(FEWEST, admitted * (SHORT_WAIT.toNanos() / 2) / Math.max(1, now - last));
        }
        last = now;
        admitted = 0;
        refused = false;
    }

    /** Whether the request that was just read is let in; else it is better told to come again. */
    boolean admits(long now) {
        if (tooLate(now) || overloaded && admitted >= mostAdmitted) {
            refused = true;
            return false;
        }
        admitted++;
        return true;
    }

    /** Whether the request whose work begins is better told to come again. */
    boolean tooLate(long now) {
        return late(now) && (overloaded || now - lastInTime > longestWait);
    }

    private boolean late(long now) {
        return now - last > SHORT_WAIT.toNanos();
    }
}
