package dev.keyturn.rotation.model;

import dev.keyturn.TestClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What happened in a history, a line each; made only where somebody reads it. */
final class Trace {

    private final boolean read;
    private final Simulation time;
    private final List<String> lines = new ArrayList<>();
    private final Map<String, String> last = new HashMap<>();

    Trace(boolean read, Simulation time) {
        this.read = read;
        this.time = time;
    }

    /** As {@link #add}, unless it is what that one said last. */
    void addOnce(String who, Supplier<String> what) {
        if (read && !what.get().equals(last.put(who, what.get()))) {
            add(who, what);
        }
    }

    void add(String who, Supplier<String> what) {
        if (read) {
            var at = Duration.between(TestClock.START, time.now());
            lines.add("%02d:%02d:%02d.%03d  %-10s  %s".formatted(at.toHours(), at.toMinutesPart(), at.toSecondsPart(),
                    at.toMillisPart(), who, what.get()));
        }
    }

    List<String> lines() {
        return lines;
    }
}
