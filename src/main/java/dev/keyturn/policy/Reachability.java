package dev.keyturn.policy;

import java.util.List;
import java.util.function.BiPredicate;

/** Finds rules that can never decide, because one rule before them matches whatever they would. */
final class Reachability {

    private Reachability() {}

    /** Says nothing of a rule that only several rules together hide. */
    static void check(List<Rule> rules, Problems problems) {
        check(rules, Reachability::hides, problems);
    }

    static void checkCredentials(List<CredentialsRule> rules, Problems problems) {
        check(rules, (earlier, later) -> earlier.audience().covers(later.audience()), problems);
    }

    private static <R extends AnyRule> void check(List<R> rules, BiPredicate<R, R> hides, Problems problems) {
        for (int later = 1; later < rules.size(); later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                if (hides.test(rules.get(earlier), rules.get(later))) {
                    problems.add(rules.get(later).line(), "the rule " + rules.get(later).name()
                            + " is never reached: the rule " + rules.get(earlier).name() + " on line "
                            + rules.get(earlier).line()
                            + " matches all that it would; move it up, or narrow the other");
                    break;
                }
            }
        }
    }

    /** Without a room in the request only the audience counts; so only a room can bring a request to the later rule. */
    static boolean hides(Rule earlier, Rule later) {
        return earlier.audience().covers(later.audience())
                && (!later.rooms().chosen() || earlier.rooms().chosen() && later.rooms().patterns().stream()
                        .allMatch(pattern -> earlier.rooms().patterns().stream()
                                .anyMatch(other -> covers(other, pattern))));
    }

    private static boolean covers(NamePattern pattern, NamePattern narrower) {
        if (pattern.template().text().equals(narrower.template().text())) {
            return true;
        }
        var fit = pattern.constant();
        if (fit == null || fit.tail() == null) {
            return false;
        }
        if (!narrower.isWild() && !narrower.usesClaims()) {
            return fit.covers(narrower.constant().head());
        }
        var first = narrower.head().get(0).literal();
        var last = narrower.isWild() ? narrower.tail() : narrower.head();
        var end = last.get(last.size() - 1).literal();
        return (first == null ? "" : first).startsWith(fit.head()) && (end == null ? "" : end).endsWith(fit.tail());
    }
}
