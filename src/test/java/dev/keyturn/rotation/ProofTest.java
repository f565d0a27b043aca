package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestClock;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.rotation.Proof.Doubt;
import dev.keyturn.rotation.Proof.Question;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing is proven unless every node says so, twice. */
class ProofTest {

    private static final ApiKey NEW = new ApiKey("APInew");
    private static final ApiKey OLD = new ApiKey("APIold");
    private static final Question ACCEPTED = new Question(Set.of(NEW), Set.of());
    private static final Question REFUSED = new Question(Set.of(), Set.of(OLD));
    private static final Duration LEEWAY = Duration.ofSeconds(60);

    private static NodeAnswer node(String name, Verdict ofNew, Verdict ofOld) {
        return new NodeAnswer(name, Map.of(NEW, ofNew, OLD, ofOld), Optional.empty(), "", false);
    }

    private static NodeAnswer good(String name) {
        return node(name, Verdict.ACCEPTS, Verdict.REFUSES);
    }

    private static NodeAnswer ahead(Duration ahead) {
        return new NodeAnswer("a", Map.of(NEW, Verdict.ACCEPTS), Optional.of(ahead), "", false);
    }

    @SafeVarargs
    private static List<Doubt> doubts(Question question, List<NodeAnswer>... rounds) {
        return new Proof(question, TestClock.START, List.of(rounds)).doubts(2, LEEWAY);
    }

    private static List<String> sentences(List<Doubt> doubts) {
        return doubts.stream().map(Doubt::sentence).toList();
    }

    @Test
    void two_rounds_in_which_all_nodes_agree_are_a_proof() {
        var round = List.of(good("a"), good("b"));

        assertEquals(List.of(), doubts(ACCEPTED, round, round));
        assertEquals(List.of(), doubts(REFUSED, round, round));
        assertEquals(List.of(), doubts(new Question(Set.of(NEW), Set.of(OLD)), round, round));
    }

    @Test
    void one_round_proves_nothing_and_none_does_neither() {
        var round = List.of(good("a"), good("b"));

        assertEquals(List.of(new Doubt("the nodes were asked only once", true)), doubts(ACCEPTED, round));
        assertEquals(List.of(), new Proof(ACCEPTED, TestClock.START, List.of(round)).doubtsSoFar(2, LEEWAY));
        assertEquals(1, doubts(ACCEPTED).size());
    }

    @ParameterizedTest
    @EnumSource(value = Verdict.class, names = {"REFUSES", "UNKNOWN"})
    void a_key_that_one_node_does_not_accept_in_one_round_is_not_accepted(Verdict verdict) {
        var good = List.of(good("a"), good("b"));
        var bad = List.of(good("a"), node("b", verdict, Verdict.REFUSES));
        var doubt = List.of(new Doubt("node b refuses key APInew", true));

        assertEquals(doubt, doubts(ACCEPTED, bad, good));
        assertEquals(doubt, doubts(ACCEPTED, good, bad));
        assertEquals(doubt, doubts(ACCEPTED, bad, bad), "it is said once");
        assertEquals(List.of(), doubts(REFUSED, bad, bad), "it was not asked about");
    }

    @ParameterizedTest
    @EnumSource(value = Verdict.class, names = {"ACCEPTS", "UNKNOWN"})
    void a_key_that_one_node_does_not_refuse_in_one_round_is_not_refused(Verdict verdict) {
        var good = List.of(good("a"), good("b"));
        var bad = List.of(node("a", Verdict.ACCEPTS, verdict), good("b"));
        var doubt = List.of(new Doubt("node a still accepts key APIold", true));

        assertEquals(doubt, doubts(REFUSED, bad, good));
        assertEquals(doubt, doubts(REFUSED, good, bad));
        assertEquals(List.of(), doubts(ACCEPTED, bad, bad));
    }

    @Test
    void a_key_that_was_not_asked_about_is_neither_accepted_nor_refused() {
        var silent = new NodeAnswer("a", Map.of(), Optional.empty(), "", false);
        var round = List.of(silent, good("b"));

        assertEquals(1, doubts(ACCEPTED, round, round).size());
        assertEquals(1, doubts(REFUSED, round, round).size());
    }

    @Test
    void a_problem_is_said_with_its_node_and_passes_unless_a_stranger_answers() {
        for (var stranger : List.of(true, false)) {
            var bad = new NodeAnswer("b", Map.of(NEW, Verdict.UNKNOWN), Optional.of(Duration.ofHours(1)),
                    "does not answer (connection refused)", stranger);

            assertEquals(List.of(new Doubt("node b does not answer (connection refused)", !stranger)),
                    doubts(ACCEPTED, List.of(good("a"), bad), List.of(good("a"), good("b"))));
        }
    }

    @Test
    void fewer_nodes_than_expected_in_one_round_prove_nothing() {
        var one = List.of(good("a"));
        var two = List.of(good("a"), good("b"));

        for (var doubts : List.of(doubts(ACCEPTED, one, one), doubts(ACCEPTED, one, two), doubts(ACCEPTED, two, one),
                doubts(ACCEPTED, List.of(), List.of()))) {
            assertTrue(doubts.get(0).sentence().endsWith(
                    "nodes where at least 2 are expected (keyturn.rotation.min-nodes)"), doubts.toString());
            assertTrue(doubts.get(0).mayPass());
        }
    }

    @Test
    void nodes_that_come_or_go_between_the_rounds_prove_nothing() {
        var two = List.of(good("a"), good("b"));
        for (var other : List.of(List.of(good("a"), good("b"), good("c")), List.of(good("a"), good("c")))) {
            var sentences = sentences(doubts(ACCEPTED, two, other));

            assertEquals(1, sentences.size());
            assertTrue(sentences.get(0).startsWith("the nodes changed while they were asked"), sentences.toString());
        }
        assertEquals(List.of(), doubts(ACCEPTED, two, List.of(good("b"), good("a"))), "their order says nothing");
    }

    @ParameterizedTest
    @CsvSource({"PT60S, ", "PT-60S, ", "PT60.5S, '60 s ahead of'", "PT3600.5S, '3600 s ahead of'",
        "PT-61S, '61 s behind'"})
    void a_clock_that_is_off_by_more_than_the_leeway_does_not_pass_by_itself(Duration ahead, String said) {
        var round = List.of(ahead(ahead), good("b"));
        var doubts = doubts(ACCEPTED, round, round);

        assertEquals(said == null ? List.of() : List.of("node a has a clock that is " + said
                + " this machine's: set the one that is wrong"), sentences(doubts));
        assertTrue(doubts.stream().noneMatch(Doubt::mayPass));
    }

    @Test
    void every_node_that_is_in_the_way_is_named() {
        var round = Stream.of("a", "b", "c").map(name -> node(name, Verdict.REFUSES, Verdict.ACCEPTS)).toList();

        assertEquals(6, doubts(new Question(Set.of(NEW), Set.of(OLD)), round, round).size());
    }
}
