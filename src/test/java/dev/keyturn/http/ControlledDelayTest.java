package dev.keyturn.http;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @Test
    void in_an_overload_no_more_are_let_in_than_can_be_worked_on_in_half_the_short_wait() {
        beats(25, 210);
        assertEquals(ControlledDelay.FEWEST, admittedOf(1_000), "none were before");
        beats(1, 20);
        assertEquals(50, admittedOf(1_000), "10 took 20 ms");
        beats(1, 400);
        assertEquals(12, admittedOf(1_000), "50 took 400 ms");
        beats(1, 20);
        assertEquals(30, admittedOf(30), "so few that 60 may come");
        beats(1, 20);
        assertEquals(60, admittedOf(1_000), "it stays at that");
    }

    @Test
    void an_overload_ends_though_crowds_come_that_are_not_too_much() {
        beats(25, 210);
        for (var crowd = 0; crowd < 2; crowd++) {
            assertTrue(admittedOf(600) < 600);
            beats(1, 150);
            beats(150, 20);
        }
        assertEquals(600, admittedOf(600));
    }

    @Test
    void an_overload_lasts_while_some_are_refused_all_the_time() {
        beats(25, 210);
        for (var beat = 0; beat < 1_000; beat++) {
            assertTrue(admittedOf(600) < 600);
            beats(1, 100);
        }
    }

    @Test
    void without_an_overload_all_are_let_in() {
        beats(23, 210);
        assertEquals(10_000, admittedOf(10_000));
        beats(1, 20);
        assertEquals(10_000, admittedOf(10_000));
    }

    /** An event loop: it reads whatever has come, works on that, and then its beat is due. */
    @ParameterizedTest(name = "work of {0} us, refused when read in {1} us, at its work in {2} us")
    @CsvSource({"250,25,80", "400,70,140", "5000,25,80"})
    void at_twice_the_capacity_most_of_it_goes_into_tokens_and_nobody_waits_for_long(long work, long refusal, long late) {
        var every = MICROSECONDS.toNanos(work) / 2;
        var end = Duration.ofSeconds(20).toNanos();
        var served = 0;
        var longest = 0L;
        var due = 0L;
        var beat = 0L;
        while (now < end) {
            var let = new ArrayDeque<Long>();
            var read = now;
            for (; due <= read; due += every) {
                if (delay.admits(now)) {
                    let.add(due);
                } else {
                    now += MICROSECONDS.toNanos(refusal);
                }
            }
            while (!let.isEmpty()) {
                var came = let.remove();
                var inTime = !delay.tooLate(now);
                now += MICROSECONDS.toNanos(inTime ? work : late);
                if (now > end / 2) {
                    served += inTime ? 1 : 0;
                    longest = Math.max(longest, now - came);
                }
            }
            pass(1);
            if (now - beat >= Duration.ofMillis(20).toNanos()) {
                delay.beat(now);
                beat = now;
            }
        }
        var share = served * MICROSECONDS.toNanos(work) / (double) (end / 2);
        assertTrue(share > 0.7, "share of the time that made tokens: " + share);
        assertTrue(longest < ControlledDelay.SHORT_WAIT.toNanos(), "longest: " + Duration.ofNanos(longest));
    }

    private long admittedOf(int requests) {
        return IntStream.range(0, requests).filter(request -> delay.admits(now)).count();
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
