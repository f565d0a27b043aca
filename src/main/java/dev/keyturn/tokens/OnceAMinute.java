package dev.keyturn.tokens;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Lets each of a few things be said once a minute: what strangers can cause must not fill the log. */
final class OnceAMinute {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Map<Object, Instant> saidAt = new ConcurrentHashMap<>();
    private final Clock clock;

    OnceAMinute(Clock clock) {
        this.clock = clock;
    }

    /** @param what one of a set that does not grow with requests */
    boolean mayBeSaid(Object what) {
        var now = clock.instant();
        var last = saidAt.putIfAbsent(what, now);
        return last == null || !now.isBefore(last.plus(MINUTE)) && saidAt.replace(what, last, now);
    }
}
