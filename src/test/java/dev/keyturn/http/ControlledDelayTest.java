package dev.keyturn.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ControlledDelayTest {

    private final ControlledDelay delay = new ControlledDelay(Duration.ofSeconds(5), 0);
    private long now;

    @Test
    void a_crowd_is_served_to_the_last_if_that_takes_no_longer_than_the_longest_wait() {
        beats(1, 20);
        pass(4_900);
        assertFalse(tooLate());
        beats(3, 20);
        pass(4_900);
        assertFalse(tooLate(), "another crowd");
        pass(200);
        assertTrue(tooLate(), "a larger one");
    }

    @Test
    void a_load_that_stays_is_shed_as_soon_as_a_request_has_waited_for_a_short_time() {
        beats(24, 210);
        pass(160);
        assertFalse(tooLate(), "it is too much, but not yet for as long as may be");
        beats(1, 60);
        pass(201);
        assertTrue(tooLate());
        beats(1, 20);
        assertFalse(tooLate(), "who did not wait is served all the while");
    }

    @Test
    void an_overload_has_not_ended_before_nothing_was_late_for_the_longest_wait() {
        beats(25, 210);
        beats(240, 20);
        pass(201);
        assertTrue(tooLate(), "caught up for 4.8 s");
        beats(1, 0);
        beats(251, 20);
        pass(201);
        assertFalse(tooLate(), "caught up for 5.02 s");
    }

    private void beats(int count, long everyMillis) {
        for (var beat = 0; beat < count; beat++) {
            pass(everyMillis);
            delay.beat(now);
        }
    }

    private void pass(long millis) {
        now += Duration.ofMillis(millis).toNanos();
    }

    private boolean tooLate() {
        return delay.tooLate(now);
    }
}
