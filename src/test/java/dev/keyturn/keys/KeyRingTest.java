package dev.keyturn.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KeyRingTest {

    private static final Instant LATER = TestClock.START.plusSeconds(600);
    private static final ApiKey OLD = new ApiKey("APIold");
    private static final ApiKey NOW = new ApiKey("APInow");
    private static final ApiKey NEW = new ApiKey("APInew");
    private static final ApiKey STRANGER = new ApiKey("APIstranger");

    @Test
    void the_first_ring_has_one_key_and_it_signs() {
        var ring = KeyRing.first(TestKeys.staged("APIold"), LATER);

        assertEquals(1, ring.version());
        assertEquals(OLD, ring.active().key());
        assertEquals(List.of(ring.active()), ring.keys());
        assertEquals(TestClock.START, ring.active().created());
        assertEquals(LATER, ring.active().since());
    }

    @Test
    void a_staged_key_is_in_the_ring_and_signs_nothing() {
        var ring = TestKeys.ring("APIold").stage(TestKeys.staged("APInow"));

        assertEquals(2, ring.version());
        assertEquals(OLD, ring.active().key());
        assertEquals(KeyState.STAGED, ring.find(NOW).orElseThrow().state());
    }

    @Test
    void promoting_a_key_retires_the_one_before_at_the_same_moment() {
        var ring = TestKeys.ring("APIold").stage(TestKeys.staged("APInow")).promote(NOW, LATER);

        assertEquals(3, ring.version());
        assertEquals(NOW, ring.active().key());
        assertEquals(LATER, ring.active().since());
        var old = ring.find(OLD).orElseThrow();
        assertEquals(KeyState.RETIRING, old.state());
        assertEquals(LATER, old.since());
        assertEquals(TestClock.START, old.created());
    }

    @Test
    void a_retired_key_can_be_dropped_and_nothing_else_changes() {
        var before = TestKeys.ringOfThree();
        var ring = before.drop(OLD);

        assertEquals(before.version() + 1, ring.version());
        assertEquals(Optional.empty(), ring.find(OLD));
        assertEquals(before.active(), ring.active());
        assertEquals(before.find(NEW), ring.find(NEW));
    }

    @Test
    void a_staged_key_can_be_given_up() {
        var ring = TestKeys.ringOfThree().drop(NEW);

        assertEquals(List.of(), ring.in(KeyState.STAGED));
        assertEquals(NOW, ring.active().key());
    }

    @Test
    void a_move_leaves_the_ring_it_started_from_as_it_was() {
        var ring = TestKeys.ringOfThree();
        var keys = List.copyOf(ring.keys());

        ring.promote(NEW, LATER);
        ring.drop(OLD);

        assertEquals(keys, ring.keys());
        assertEquals(4, ring.version());
        assertThrows(UnsupportedOperationException.class, () -> ring.keys().clear());
    }

    @Test
    void a_ring_does_not_see_what_becomes_of_the_list_it_was_made_from() {
        var keys = new ArrayList<>(TestKeys.ringOfThree().keys());
        var ring = new KeyRing(7, keys);
        keys.clear();

        assertEquals(3, ring.keys().size());
    }

    static Stream<Arguments> illegal_moves() {
        return Stream.of(
                move("stage a second one", ring -> ring.stage(TestKeys.staged("APIother"))),
                move("stage a name of the ring", ring -> ring.drop(NEW).stage(TestKeys.staged("APIold"))),
                move("stage a key that signs", ring -> ring.drop(NEW).stage(TestKeys.ring("APIother").active())),
                move("promote the active one", ring -> ring.promote(NOW, LATER)),
                move("promote a retired one", ring -> ring.promote(OLD, LATER)),
                move("promote a stranger", ring -> ring.promote(STRANGER, LATER)),
                move("drop the active one", ring -> ring.drop(NOW)),
                move("drop a stranger", ring -> ring.drop(STRANGER)),
                move("drop twice", ring -> ring.drop(OLD).drop(OLD)));
    }

    private static Arguments move(String name, UnaryOperator<KeyRing> move) {
        return Arguments.of(name, move);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("illegal_moves")
    void an_illegal_move_throws_and_changes_nothing(String name, UnaryOperator<KeyRing> move) {
        var ring = TestKeys.ringOfThree();

        var refusal = assertThrows(IllegalStateException.class, () -> move.apply(ring));

        assertEquals(TestKeys.ringOfThree(), ring);
        assertFalse(refusal.getMessage().contains("canary"), refusal.getMessage());
    }

    @Test
    void keys_that_are_no_ring_are_refused() {
        var three = TestKeys.ringOfThree();
        var active = three.active();
        var staged = three.in(KeyState.STAGED).get(0);
        var other = TestKeys.staged("APIother");

        assertThrows(IllegalArgumentException.class, () -> new KeyRing(1, List.of()));
        assertThrows(IllegalArgumentException.class, () -> new KeyRing(1, List.of(staged)));
        assertThrows(IllegalArgumentException.class,
                () -> new KeyRing(1, List.of(active, TestKeys.ring("APIb").active())));
        assertThrows(IllegalArgumentException.class, () -> new KeyRing(1, List.of(active, staged, other)));
        assertThrows(IllegalArgumentException.class, () -> new KeyRing(1, List.of(active, TestKeys.staged("APInow"))));
        assertThrows(IllegalArgumentException.class, () -> new KeyRing(0, List.of(active)));
        assertThrows(IllegalArgumentException.class, () -> new KeyRing(-1, List.of(active)));
    }

    @Test
    void a_key_cannot_be_in_a_state_from_before_it_was_made() {
        assertThrows(IllegalArgumentException.class, () -> new SigningKey(OLD, TestKeys.staged("APIold").secret(),
                KeyState.ACTIVE, TestClock.START, TestClock.START.minusNanos(1), false));
    }

    @Test
    void rings_are_equal_when_their_versions_and_keys_are() {
        var ring = TestKeys.ringOfThree();

        assertEquals(TestKeys.ringOfThree(), ring);
        assertEquals(TestKeys.ringOfThree().hashCode(), ring.hashCode());
        assertNotEquals(new KeyRing(5, ring.keys()), ring);
        assertNotEquals(new KeyRing(4, ring.drop(OLD).keys()), ring);
    }

    @Test
    void a_ring_prints_its_version_and_states_and_no_secret() {
        assertEquals("KeyRing version 4 [APIold RETIRING, APInow ACTIVE, APInew STAGED]",
                TestKeys.ringOfThree().toString());
        assertTrue(TestKeys.ringOfThree().keys().toString().contains("[redacted]"));
        assertFalse(TestKeys.ringOfThree().keys().toString().contains("canary"));
    }
}
