package dev.keyturn.doctor;

import static dev.keyturn.doctor.Verdict.FAULT;
import static dev.keyturn.doctor.Verdict.OK;
import static dev.keyturn.doctor.Verdict.UNSEEN;
import static dev.keyturn.doctor.Verdict.WARNING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.rotation.NodeAnswer;
import dev.keyturn.rotation.Verdict;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodesCheckupTest {

    private static final ApiKey KEY = new ApiKey("APIone");
    private static final ApiKey NEXT = new ApiKey("APInext");
    private static final ApiKey DEVELOPMENT = new ApiKey("devkey");

    private static NodeAnswer node(String name, Map<ApiKey, Verdict> says, Duration ahead) {
        var verdicts = new HashMap<>(says);
        verdicts.putIfAbsent(DEVELOPMENT, Verdict.REFUSES);
        return new NodeAnswer(name, verdicts, Optional.ofNullable(ahead), "", false);
    }

    private static List<Finding> judged(List<ApiKey> keys, Set<ApiKey> unsure, NodeAnswer... nodes) {
        return NodesCheckup.judge(List.of(nodes), keys, DEVELOPMENT, unsure, Duration.ofSeconds(60));
    }

    @Test
    void nodes_that_accept_the_key_and_refuse_others_are_fine() {
        var findings = judged(List.of(KEY), Set.of(), node("a:1", Map.of(KEY, Verdict.ACCEPTS), Duration.ZERO),
                node("b:1", Map.of(KEY, Verdict.ACCEPTS), Duration.ZERO));

        assertTrue(findings.stream().allMatch(finding -> finding.verdict() == OK), findings.toString());
        assertEquals(List.of("node a:1: keys", "node b:1: keys", "nodes: agreement", "node a:1: clock",
                "node b:1: clock"), findings.stream().map(Finding::item).toList());
    }

    @Test
    void a_node_with_another_key_is_a_fault_of_that_node_and_of_their_agreement() {
        var findings = judged(List.of(KEY), Set.of(), node("a:1", Map.of(KEY, Verdict.ACCEPTS), Duration.ZERO),
                node("b:1", Map.of(KEY, Verdict.REFUSES), Duration.ZERO));

        assertEquals(List.of(OK, FAULT, FAULT), findings.stream().map(Finding::verdict).limit(3).toList());
        assertEquals("refuses APIone", findings.get(1).found());
    }

    @Test
    void a_key_that_comes_or_goes_is_only_a_warning() {
        var findings = judged(List.of(KEY, NEXT), Set.of(NEXT),
                node("a:1", Map.of(KEY, Verdict.ACCEPTS, NEXT, Verdict.REFUSES), Duration.ZERO),
                node("b:1", Map.of(KEY, Verdict.ACCEPTS, NEXT, Verdict.ACCEPTS), Duration.ZERO));

        assertEquals(WARNING, findings.get(0).verdict());
        assertEquals("refuses APInext, accepts APIone", findings.get(0).found());
        assertEquals(OK, findings.get(1).verdict());
        assertEquals(WARNING, findings.get(2).verdict(), findings.toString());
    }

    @Test
    void everybodys_development_key_is_a_fault_whatever_else_is_accepted() {
        var findings = judged(List.of(KEY), Set.of(),
                node("a:1", Map.of(KEY, Verdict.ACCEPTS, DEVELOPMENT, Verdict.ACCEPTS), Duration.ZERO));

        assertEquals(FAULT, findings.get(0).verdict());
        assertTrue(findings.get(0).found().contains("public development key"), findings.toString());
    }

    @Test
    void without_a_key_it_is_seen_that_unknown_ones_are_refused_and_no_more() {
        assertEquals(UNSEEN, judged(List.of(), Set.of(), node("a:1", Map.of(), Duration.ZERO)).get(0).verdict());
    }

    @Test
    void a_stranger_is_told_from_a_node_that_is_down() {
        var stranger = new NodeAnswer("a:1", Map.of(), Optional.empty(), "answers with status 200", true);
        var down = new NodeAnswer("b:1", Map.of(), Optional.empty(), "does not answer", false);
        var findings = judged(List.of(KEY), Set.of(), stranger, down);

        assertEquals(FAULT, findings.get(0).verdict());
        assertTrue(findings.get(0).advice().contains("without a proxy between"), findings.toString());
        assertTrue(findings.get(1).advice().contains("reached from here"), findings.toString());
        assertEquals(UNSEEN, findings.get(2).verdict(), "who said nothing does not disagree");
    }

    @ParameterizedTest
    @CsvSource({"0,OK", "10,OK", "-10,OK", "11,WARNING", "60,WARNING", "-61,FAULT", "600,FAULT"})
    void a_clock_may_be_off_by_seconds(int ahead, dev.keyturn.doctor.Verdict verdict) {
        var findings = judged(List.of(KEY), Set.of(),
                node("a:1", Map.of(KEY, Verdict.ACCEPTS), Duration.ofSeconds(ahead)));

        assertEquals(verdict, findings.get(1).verdict(), findings.toString());
    }

    @Test
    void by_the_public_name_a_proxy_that_drops_the_header_is_a_fault() {
        var way = new NodeAnswer("a:443", Map.of(), Optional.empty(), "accepts a key that nobody has", true);
        var finding = NodesCheckup.judgePublicly(List.of(way), List.of(KEY), DEVELOPMENT, Set.of()).get(0);

        assertEquals(FAULT, finding.verdict());
        assertTrue(finding.advice().contains("Authorization"), finding.toString());
    }
}
