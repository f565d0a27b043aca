package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.rotation.RotationCalendar.Phase;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RotationCalendarTest {

    private static final Instant START = TestClock.START;
    private static final RotationSettings SETTINGS = new RotationSettings(Duration.ofDays(30), Duration.ofHours(12),
            Duration.ofMinutes(10), Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofSeconds(10), true,
            Duration.ofMinutes(10), 1, Duration.ofMinutes(30));

    private static RotationCalendar of(KeyRing ring) {
        return RotationCalendar.of(ring, SETTINGS);
    }

    @Test
    void one_key_rests_until_its_period_is_over_and_is_late_half_an_hour_after() {
        var due = START.plus(Duration.ofDays(30));

        assertEquals(new RotationCalendar(Phase.RESTING, due, due.plusSeconds(1800)), of(TestKeys.ring("APIa")));
    }

    @Test
    void a_staged_key_is_due_at_once_and_late_half_an_hour_after() {
        var ring = TestKeys.ring("APIa").stage(TestKeys.staged("APIb", START.plusSeconds(9)));

        assertEquals(new RotationCalendar(Phase.STAGED, START.plusSeconds(9), START.plusSeconds(1809)), of(ring));
    }

    @Test
    void a_retired_key_is_due_when_nobody_can_hold_a_token_of_it_and_late_after_its_two_steps_and_the_reorder() {
        var ring = TestKeys.ring("APIa").stage(TestKeys.staged("APIb")).promote(new ApiKey("APIb"), START);
        var due = START.plus(Duration.ofHours(12)).plus(Duration.ofMinutes(10 + 2)).plus(Duration.ofHours(1));

        assertEquals(new RotationCalendar(Phase.RETIRING, due, due.plus(Duration.ofMinutes(70))), of(ring));
    }

    @Test
    void a_staged_key_counts_before_a_retired_one() {
        assertEquals(Phase.STAGED, of(TestKeys.ringOfThree()).phase());
    }
}
