package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyState;
import dev.keyturn.rotation.Outcome.Kind;
import dev.keyturn.rotation.Outcome.Step;
import dev.keyturn.rotation.model.Traffic;
import dev.keyturn.rotation.model.Traffic.Call;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keys that go before or after their time: given up, found out, dropped; and what a crash leaves of them. */
class RotatorGivesUpKeysTest extends RotatorRuns {

    @Test
    void a_staged_key_is_given_up_and_taken_out_of_the_file() {
        run(NOW);
        runs(Step.DELIVER);
        assertEquals(Kind.PLANNED, run(dry(ABORT)).kind());

        var outcome = run(ABORT);

        assertEquals(Step.ABORT, outcome.step());
        assertTrue(outcome.sentence().contains("K1"), outcome.sentence());
        runs(Step.DELIVER, Step.DESTROY);
        assertEquals("[A]", file.current().keys().orElseThrow().keySet().toString());
        assertEquals(Kind.NOTHING, run(ABORT).kind());
    }

    @Test
    void giving_up_and_promoting_at_once_one_wins() {
        run(NOW);
        runs(Step.DELIVER);
        var promotes = run(Intent.DUE, before(Call.RING_WRITE, () -> assertEquals(Kind.DONE, run(ABORT).kind())));
        assertEquals(Kind.OVERTAKEN, promotes.kind());
        assertEquals(A, ring.ring().active().key());

        run(Intent.DUE); // out of the file
        run(NOW);
        runs(Step.DELIVER);
        var aborts = run(ABORT, before(Call.RING_WRITE, () -> runs(Step.PROMOTE)));
        assertEquals(Kind.OVERTAKEN, aborts.kind());
        assertEquals(new ApiKey("K2"), ring.ring().active().key());
    }

    @Test
    void a_key_found_out_is_marked_before_anything_else_and_a_crash_right_after_forgets_nothing() {
        assertThrows(Traffic.Crash.class, () -> run(compromised(A), new Traffic() {
            @Override
            public void after(Call call) {
                if (call == Call.RING_WRITE) {
                    throw new Crash();
                }
            }
        }));

        assertTrue(ring.ring().active().compromised());
        runs(Step.STAGE, Step.DELIVER, Step.PROMOTE, Step.DELIVER, Step.DROP);
        assertEquals(1, ring.readable().size());
        assertEquals(1, file.readable().size());
        assertFalse(ring.ring().find(A).isPresent(), "without a wait");
    }

    @Test
    void a_mark_is_set_though_others_write_meanwhile() {
        assertEquals(Step.DELIVER, run(compromised(A), before(Call.RING_WRITE, () -> run(NOW))).step());
        assertTrue(ring.ring().active().compromised());
    }

    @Test
    void a_mark_is_not_tried_for_ever() {
        var outcome = run(compromised(A), new Traffic() {
            @Override
            public void before(Call call) {
                if (call == Call.RING_WRITE) {
                    run(ring.ring().in(KeyState.STAGED).isEmpty() ? NOW : ABORT);
                }
            }
        });

        assertEquals(Kind.OVERTAKEN, outcome.kind());
        assertEquals(6, ring.ring().version(), "five attempts");
    }

    @Test
    void a_key_that_is_marked_already_is_not_marked_twice() {
        run(compromised(A));
        var version = ring.ring().version();
        assertEquals(Step.DELIVER, run(compromised(A)).step());
        assertEquals(version, ring.ring().version());
    }

    @Test
    void a_staged_key_found_out_is_dropped_at_once() {
        run(NOW);
        runs(Step.DELIVER);

        assertEquals(Step.DROP, run(compromised(B)).step());
        assertFalse(ring.ring().find(B).isPresent());
        runs(Step.DELIVER, Step.DESTROY);
    }

    @Test
    void an_unknown_key_is_named_with_those_there_are() {
        for (var intent : List.of(compromised(new ApiKey("Nobody")), dry(compromised(new ApiKey("Nobody"))))) {
            var outcome = run(intent);

            assertEquals(Kind.FAILED, outcome.kind());
            assertEquals("there is no key Nobody in the model's store, only [A]", outcome.sentence());
        }
    }

    @Test
    void earlier_versions_that_a_crash_left_are_destroyed_by_the_next_run() {
        untilTheDrop();
        assertThrows(Traffic.Crash.class, () -> run(Intent.DUE, before(Call.RING_DESTROY, crash())));
        assertTrue(ring.readable().stream().anyMatch(earlier -> earlier.find(A).isPresent()));

        var outcome = run(Intent.DUE);

        assertEquals(Step.DESTROY, outcome.step());
        assertTrue(outcome.sentence().startsWith("destroyed 3 earlier versions"), outcome.sentence());
        assertEquals(List.of(ring.ring()), ring.readable());
        assertEquals(List.of(file.current()), file.readable());
        assertEquals(Kind.NOTHING, run(Intent.DUE).kind());
    }

    @Test
    void a_drop_whose_earlier_versions_cannot_be_destroyed_is_a_drop_and_says_so() {
        for (var call : List.of(Call.RING_DESTROY, Call.FILE_DESTROY)) {
            untilTheDrop();
            var outcome = run(Intent.DUE, refusing(call));

            assertEquals(Kind.DONE, outcome.kind());
            assertEquals(Step.DROP, outcome.step());
            assertTrue(outcome.sentence().contains("not destroyed yet, the next run tries again"), outcome.sentence());
            assertEquals(Kind.FAILED, run(Intent.DUE, refusing(call)).kind());
            runs(Step.DESTROY);
            clock.advance(SETTINGS.period());
        }
    }
}
