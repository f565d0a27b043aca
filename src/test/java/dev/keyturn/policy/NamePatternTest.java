package dev.keyturn.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.policy.NamePattern.Fit;
import dev.keyturn.policy.NamePattern.Unfit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** That two callers never share a name by one pattern, tried on random patterns over an alphabet that makes trouble. */
class NamePatternTest {

    private static final ClaimHash HASH = new ClaimHash(new byte[0]);
    private static final List<String> CLAIMS = List.of("a", "b", "c");
    private static final String LETTERS = "xy:-";

    private final Random random = new Random(20261121);

    private static NamePattern pattern(String text) {
        return NamePattern.of(Template.parse(text, HASH));
    }

    private static Caller caller(Map<String, Object> claims) {
        return new Caller("issuer", claims);
    }

    private static Fit fit(String pattern, String value) {
        return assertInstanceOf(Fit.class, pattern(pattern).fill(caller(Map.of("a", value))));
    }

    private static void unfit(String pattern, String value) {
        assertInstanceOf(Unfit.class, pattern(pattern).fill(caller(Map.of("a", value))), value);
    }

    @Test
    void a_star_is_any_run_of_characters_and_does_not_count_one_twice() {
        assertTrue(fit("{a}:*", "acme").covers("acme:"));
        assertTrue(fit("{a}:*", "acme").covers("acme:x:y"));
        assertFalse(fit("{a}:*", "acme").covers("acmex:"));
        assertTrue(pattern("ab*ba").constant().covers("abba"));
        assertFalse(pattern("ab*ba").constant().covers("aba"));
        assertFalse(fit("{a}", "acme").covers("acme:x"));
    }

    @Test
    void a_value_holds_no_character_that_delimits_it() {
        unfit("{a}:*", "x:y");
        unfit("x-{a}:*", "x:y");
        fit("x-{a}:*", "x-y");
        unfit("*-{a}", "x-y");
        unfit("*-{a}:z", "x-y");
        unfit("*-{a}:z", "x:y");
        fit("{a}", "x:y-z");
    }

    @Test
    void no_name_is_within_one_pattern_for_two_callers() {
        int compared = 0;
        while (compared < 20_000) {
            NamePattern pattern;
            try {
                pattern = pattern(randomTemplate());
            } catch (IllegalArgumentException unsafe) {
                continue;
            }
            var one = randomClaims();
            var other = randomClaims();
            if (pattern.usesClaims() && differ(pattern, one, other)
                    && pattern.fill(caller(one)) instanceof Fit left
                    && pattern.fill(caller(other)) instanceof Fit right) {
                assertFalse(overlap(left, right), () -> pattern + " for " + one + " and " + other);
                compared++;
            }
        }
    }

    @Test
    void nor_within_two_patterns_of_a_policy_that_begin_alike() {
        int compared = 0;
        while (compared < 20_000) {
            var start = randomText(random.nextInt(2)) + "{a}";
            NamePattern one;
            NamePattern other;
            try {
                one = pattern(start + randomTemplate());
                other = pattern(start + (random.nextInt(4) == 0 ? "" : randomTemplate()));
            } catch (IllegalArgumentException unsafe) {
                continue;
            }
            var delimiters = new HashMap<String, String>();
            one.collectDelimiters(delimiters);
            other.collectDelimiters(delimiters);
            var mine = randomClaims();
            var theirs = randomClaims();
            if (!mine.get("a").equals(theirs.get("a"))
                    && one.forbidding(delimiters).fill(caller(mine)) instanceof Fit left
                    && other.forbidding(delimiters).fill(caller(theirs)) instanceof Fit right) {
                assertFalse(overlap(left, right), one + " for " + mine + ", " + other + " for " + theirs);
                compared++;
            }
        }
    }

    /** The check itself: what would happen if values could hold what delimits them. */
    @Test
    void without_that_rule_they_would() {
        assertTrue(overlap(new Fit("acme-", ""), new Fit("acme-x-", "")));
        assertTrue(overlap(new Fit("acme:board", null), new Fit("acme:", "")));
        assertTrue(overlap(new Fit("ab", "c"), new Fit("a", "bc")));
        assertFalse(overlap(new Fit("acme-", ""), new Fit("acmex-", "")));
        assertFalse(overlap(new Fit("acme", null), new Fit("acm", null)));
    }

    @Test
    void hashes_need_no_delimiter() {
        var pattern = pattern("{a|hash}x*");
        for (int i = 0; i < 200; i++) {
            assertInstanceOf(Fit.class, pattern.fill(caller(Map.of("a", "value " + i))));
        }
        assertEquals(22, fit("{a|hash}", "me@example.com").head().length());
    }

    private static boolean overlap(Fit one, Fit other) {
        if (one.tail() == null) {
            return other.covers(one.head());
        }
        if (other.tail() == null) {
            return one.covers(other.head());
        }
        return (one.head().startsWith(other.head()) || other.head().startsWith(one.head()))
                && (one.tail().endsWith(other.tail()) || other.tail().endsWith(one.tail()));
    }

    private static boolean differ(NamePattern pattern, Map<String, Object> one, Map<String, Object> other) {
        return CLAIMS.stream().anyMatch(claim ->
                pattern.toString().contains("{" + claim + "}") && !one.get(claim).equals(other.get(claim)));
    }

    private String randomTemplate() {
        var text = new StringBuilder();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            text.append(switch (random.nextInt(5)) {
                case 0, 1 -> "{" + CLAIMS.get(random.nextInt(CLAIMS.size())) + "}";
                case 2 -> "*";
                default -> randomText(1 + random.nextInt(2));
            });
        }
        return text.toString();
    }

    private Map<String, Object> randomClaims() {
        var claims = new HashMap<String, Object>();
        CLAIMS.forEach(claim -> claims.put(claim, randomText(1 + random.nextInt(4))));
        return claims;
    }

    private String randomText(int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }
}
