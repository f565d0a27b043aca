package dev.keyturn.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.rotation.RotationSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HandoutTest {

    private static Handout of(Instant now, Instant until, Duration poll) {
        return Handout.of("ws://l\"\\\u0001", TestKeys.ring("APIa").active(), 7, Optional.of("a\"}"), now, until, poll);
    }

    @Test
    void the_answer_is_json_whatever_is_in_it() throws IOException {
        var handout = of(TestClock.START, TestClock.START.plusSeconds(60), Duration.ofMinutes(5));
        var json = new ObjectMapper().readTree(handout.json());
        assertEquals("ws://l\"\\\u0001", json.path("url").asText());
        assertEquals("a\"}", json.path("agent_name").asText());
        assertEquals(TestKeys.secretOf("APIa"), json.path("api_secret").asText());
        assertFalse(handout.toString().contains(TestKeys.secretOf("")), "printed, it shows the secret");
    }

    @ParameterizedTest
    @CsvSource({"PT12H,PT5M,PT5M", "PT10M,PT5M,PT5M", "PT9M59S,PT5M,PT4M59S", "PT1S,PT5M,PT0S", "PT0S,PT5M,PT0S"})
    void one_comes_back_after_the_poll_or_half_way_to_the_end(Duration left, Duration poll, Duration after) {
        var handout = of(TestClock.START, TestClock.START.plus(left), poll);
        assertEquals(TestClock.START.plus(after), handout.refreshAfter());
        assertEquals(TestClock.START.plus(left), handout.expiresAt());
    }

    /**
     * What {@code expires_at} promises: at no clock of all that take part is the key gone before that time plus the
     * agents' drain time. Each clock is right within half of the leeway, so that no two are further apart than it.
     */
    @Test
    void no_key_is_dropped_before_the_last_time_that_was_given_out_for_it_and_the_drain_have_passed() {
        var random = new Random(4711);
        var closest = Duration.ofDays(365);
        for (int i = 0; i < 20_000; i++) {
            var leeway = Duration.ofMillis(2 * random.nextInt(60_000));
            var staleness = Duration.ofMillis(random.nextInt(43_200_000));
            var drain = Duration.ofMillis(random.nextInt(7_200_000));
            var settings = new RotationSettings(Duration.ofDays(30), staleness, Duration.ZERO, leeway, drain,
                    Duration.ZERO, true, Duration.ZERO, 1, Duration.ZERO);
            var read = TestClock.START.plusMillis(random.nextInt(1_000_000));
            var retired = read.plusMillis(random.nextInt(3) == 0 ? 0 : random.nextInt(100_000_000));
            var asked = read.plus(skew(random, leeway)); // the replica's clock
            var handedOut = asked.plusMillis((long) (staleness.toMillis() * random.nextDouble()));
            var expires = of(handedOut, asked.plus(staleness), Duration.ofMinutes(5)).expiresAt();

            var dropped = retired.plus(skew(random, leeway)).plus(settings.hold()) // by the store's clock
                    .minus(skew(random, leeway)); // when the rotator's says so
            var over = expires.plus(drain).minus(skew(random, leeway)); // when the agent's says so
            assertFalse(dropped.isBefore(over), () -> "dropped at " + dropped + ", promised until " + over);
            var slack = Duration.between(over, dropped);
            closest = slack.compareTo(closest) < 0 ? slack : closest;
        }
        assertTrue(closest.compareTo(Duration.ofSeconds(10)) < 0, "none comes near the promise: " + closest);
    }

    /** How far ahead a clock is: at the ends as often as between. */
    private static Duration skew(Random random, Duration leeway) {
        var half = leeway.dividedBy(2).toMillis();
        return Duration.ofMillis(random.nextBoolean() ? (random.nextBoolean() ? half : -half)
                : (long) ((random.nextDouble() * 2 - 1) * half));
    }
}
