package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyState;
import dev.keyturn.rotation.Outcome.Kind;
import dev.keyturn.rotation.Outcome.Step;
import dev.keyturn.rotation.model.Traffic;
import dev.keyturn.rotation.model.Traffic.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** One run and the next, with everything in between that a crash or another rotator can do. */
class RotatorTest extends RotatorRuns {

    @Test
    void a_whole_turn_takes_a_step_a_run_and_ends_with_one_key_and_no_earlier_version() {
        assertEquals(Step.STAGE, run(NOW).step());
        runs(Step.DELIVER, Step.PROMOTE);
        assertEquals(List.of("All 2 nodes behind the nodes agree; they are asked again in 10 s"), said);
        assertEquals(Step.DESTROY, run(Intent.DUE).step());
        assertEquals(Kind.HOLDING, run(Intent.DUE).kind());
        clock.advance(SETTINGS.hold());
        runs(Step.DELIVER); // the signing key first
        clock.advance(SETTINGS.reorderWait());
        runs(Step.DELIVER, Step.DROP);
        assertEquals(Kind.NOTHING, run(Intent.DUE).kind());
        assertEquals(1, ring.ring().keys().size());
        assertEquals(1, ring.readable().size());
        assertEquals(1, file.readable().size());
        assertEquals("[" + B + "]", file.current().keys().orElseThrow().keySet().toString());
    }

    @Test
    void of_two_rotators_at_once_one_turns_the_key() {
        var outcome = run(NOW, before(Call.RING_WRITE, () -> assertEquals(Kind.DONE, run(NOW).kind())));

        assertEquals(Kind.OVERTAKEN, outcome.kind());
        assertEquals(1, ring.ring().in(KeyState.STAGED).size());
        assertEquals(2, ring.ring().version());
    }

    @Test
    void who_slept_through_another_delivery_delivers_nothing() {
        run(NOW);
        var outcome = run(Intent.DUE, before(Call.FILE_WRITE, () -> runs(Step.DELIVER)));

        assertEquals(Kind.OVERTAKEN, outcome.kind());
        assertEquals(2, file.readable().size());
    }

    @Test
    void a_lost_reply_fails_the_run_and_the_next_goes_on_from_what_is_there() {
        var lost = run(NOW, losing(Call.RING_WRITE));
        assertEquals(Kind.FAILED, lost.kind());
        assertTrue(lost.sentence().contains("did not answer"), lost.sentence());
        assertEquals(Kind.FAILED, run(Intent.DUE, losing(Call.FILE_WRITE)).kind());
        assertEquals(Kind.FAILED, run(Intent.DUE, losing(Call.RING_WRITE)).kind());

        assertEquals(KeyState.RETIRING, ring.ring().find(A).orElseThrow().state());
        assertEquals(3, ring.ring().version());
    }

    @Test
    void a_call_that_is_refused_changes_nothing() {
        for (var call : List.of(Call.FILE_READ, Call.RING_READ, Call.RING_WRITE)) {
            assertEquals(Kind.FAILED, run(NOW, refusing(call)).kind());
        }
        assertEquals(1, ring.ring().version());
    }

    @Test
    void a_dry_run_says_what_it_would_do_and_does_nothing() {
        var steps = new ArrayList<Step>();
        for (var intent : List.of(NOW, Intent.DUE, Intent.DUE)) {
            var versions = List.copyOf(ring.readable());
            var text = file.current();
            var outcome = run(dry(intent));
            steps.add(outcome.step());
            assertEquals(Kind.PLANNED, outcome.kind());
            assertTrue(outcome.sentence().startsWith("Would "), outcome.sentence());
            assertEquals(Kind.PLANNED, run(dry(compromised(A))).kind());
            assertEquals(versions, ring.readable());
            assertEquals(text, file.current());
            run(intent);
        }
        assertEquals(List.of(Step.STAGE, Step.DELIVER, Step.PROMOTE), steps);
        assertEquals(Kind.HOLDING, run(dry(Intent.DUE)).kind());
        assertEquals(3, ring.readable().size(), "nor does it destroy anything");
    }

    @Test
    void a_run_that_slept_after_it_asked_does_not_use_what_it_heard() {
        run(NOW);
        runs(Step.DELIVER);
        pause = time -> clock.advance(time.plusSeconds(31));

        var outcome = run(Intent.DUE);

        assertEquals(Kind.WAITING, outcome.kind());
        assertTrue(outcome.sentence().contains("asks again"), outcome.sentence());
        assertEquals(A, ring.ring().active().key());
        pause = time -> clock.advance(time.plusSeconds(30));
        runs(Step.PROMOTE);
    }

    @Test
    void nodes_that_do_not_agree_are_asked_once() {
        run(NOW);
        runs(Step.DELIVER);
        pause = time -> {
            throw new AssertionError("there is nothing to wait for");
        };
        var delivered = nodes;
        nodes = new Nodes() {
            @Override
            public List<Replies> ask(Map<ApiKey, String> tokens) throws NodesException {
                var replies = new ArrayList<>(delivered.ask(tokens));
                replies.add(new Replies("node 3", tokens.keySet().stream().collect(
                        Collectors.toMap(key -> key, key -> Reply.none("connection refused")))));
                return replies;
            }

            @Override
            public String describe() {
                return delivered.describe();
            }
        };

        var outcome = run(Intent.DUE);

        assertEquals(Kind.WAITING, outcome.kind());
        assertEquals("node node 3 does not answer (connection refused)", outcome.sentence());
        clock.advance(SETTINGS.lateAfter().plusSeconds(1));
        assertEquals(Kind.BLOCKED, run(Intent.DUE).kind());
    }

    @Test
    void what_falls_due_while_the_nodes_are_asked_is_left_to_the_next_run() {
        run(NOW);
        runs(Step.DELIVER, Step.PROMOTE);
        clock.advance(Duration.ofHours(1));
        run(compromised(B));
        runs(Step.DELIVER);
        // the key before is due in the middle of the question whether the next one may sign; it was first long enough
        clock.advance(SETTINGS.hold().minus(SETTINGS.reorderWait()));
        runs(Step.DELIVER);
        clock.advance(SETTINGS.reorderWait().minusSeconds(1));
        pause = clock::advance;

        var outcome = run(Intent.DUE);

        assertEquals(Kind.WAITING, outcome.kind());
        assertTrue(outcome.sentence().contains("fell due"), outcome.sentence());
    }

    @Test
    void without_a_target_the_operator_is_asked_and_the_nodes_say_when_it_is_done() throws Exception {
        var byHand = rotator(Traffic.CALM, Optional.empty());
        assertEquals(Step.STAGE, byHand.run(NOW, said::add).step());
        var waits = byHand.run(Intent.DUE, said::add);
        assertEquals(Kind.WAITING, waits.kind());
        assertTrue(waits.sentence().contains("refuses key K1"), waits.sentence());
        file.put(byHand.keyFile().text(), true);
        assertEquals(Step.PROMOTE, byHand.run(Intent.DUE, said::add).step());
        byHand.run(Intent.DUE, said::add);
        assertEquals("[A, K1]", byHand.keyFile().pairs().keySet().toString());
        clock.advance(SETTINGS.hold());
        assertTrue(byHand.run(Intent.DUE, said::add).sentence().contains("still accepts key A"));
        assertEquals("[K1]", byHand.keyFile().pairs().keySet().toString());
        file.put(byHand.keyFile().text(), true);
        assertEquals(Step.DROP, byHand.run(Intent.DUE, said::add).step());
    }

    @Test
    void nodes_that_nobody_knows_fail_the_run_and_nothing_is_promoted() {
        run(NOW);
        runs(Step.DELIVER);
        nodes = new Nodes() {
            @Override
            public List<Replies> ask(Map<ApiKey, String> tokens) throws NodesException {
                throw new NodesException("nobody knows the name livekit");
            }

            @Override
            public String describe() {
                return "livekit";
            }
        };

        var outcome = run(Intent.DUE);

        assertEquals(Kind.FAILED, outcome.kind());
        assertEquals("nobody knows the name livekit", outcome.sentence());
        assertEquals(A, ring.ring().active().key());
    }

    @Test
    void no_sentence_holds_a_secret() {
        untilTheDrop();
        said.add(run(dry(Intent.DUE)).sentence());
        said.add(run(Intent.DUE).sentence());
        said.add(run(ABORT).sentence());
        said.add(run(dry(compromised(B))).sentence());
        assertFalse(said.toString().contains("canary"), said.toString());
    }
}
