package dev.keyturn.policy;

import java.util.List;
import java.util.function.Supplier;

/**
 * The rooms of a rule.
 *
 * @param patterns at least one
 * @param chosen   whether a request may name one; if not, every request gets a fresh one
 */
record Rooms(List<NamePattern> patterns, boolean chosen) {

    Rooms {
        patterns = List.copyOf(patterns);
    }

    sealed interface Choice {}

    record Room(String name) implements Choice {}

    /** The room that was asked for is none of these. */
    record Elsewhere() implements Choice {}

    /** No pattern can be filled with this caller's claims. */
    record Unfillable(NamePattern.Unfit unfit) implements Choice {}

    private static final Choice ELSEWHERE = new Elsewhere();

    /** The room that was asked for if it is one of these, or if none was asked for, the first one that there is. */
    Choice choose(Caller caller, String asked, Supplier<String> fresh) {
        if (!chosen && !asked.isEmpty()) {
            return ELSEWHERE;
        }
        NamePattern.Unfit unfit = null;
        boolean fits = false;
        for (var pattern : patterns) {
            var filled = pattern.fill(caller);
            if (filled instanceof NamePattern.Unfit why) {
                unfit = unfit == null ? why : unfit;
            } else if (asked.isEmpty()) {
                return new Room(((NamePattern.Fit) filled).pick(fresh));
            } else if (((NamePattern.Fit) filled).covers(asked)) {
                return new Room(asked);
            } else {
                fits = true;
            }
        }
        return fits ? ELSEWHERE : new Unfillable(unfit);
    }

    @Override
    public String toString() {
        return (chosen ? "" : "fresh ") + String.join(", ", patterns.stream().map(NamePattern::toString).toList());
    }
}
