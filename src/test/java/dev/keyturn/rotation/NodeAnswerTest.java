package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.rotation.Nodes.Replies;
import dev.keyturn.rotation.Nodes.Reply;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a node's replies are worth: a yes is one only beside a no to a key that nobody has. */
class NodeAnswerTest {

    private static final ApiKey KEY = new ApiKey("APIa");
    private static final ApiKey OTHER = new ApiKey("APIb");
    private static final ApiKey CONTROL = new ApiKey("APInobody");

    /** By the names of the tables below. */
    private static Reply reply(String name) {
        return switch (name) {
            case "OK" -> new Reply(200, "text/plain", "OK", Optional.empty(), "");
            case "NOT_READY" -> new Reply(406, "text/plain", "Not Ready", Optional.empty(), "");
            case "REFUSED" -> new Reply(401, "text/plain", "invalid API key: canary", Optional.empty(), "");
            case "NONE" -> Reply.none("connection refused");
            default -> {
                var parts = name.split(" ", 3);
                yield new Reply(Integer.parseInt(parts[0]), parts[1], parts[2], Optional.empty(), "");
            }
        };
    }

    private static NodeAnswer answer(Map<ApiKey, Reply> replies) {
        return NodeAnswer.of(new Replies("10.0.0.7:7880", replies), CONTROL);
    }

    private static NodeAnswer answer(String key, String control) {
        return answer(Map.of(KEY, reply(key), CONTROL, reply(control)));
    }

    @ParameterizedTest(name = "{0} beside a control that is refused: {1}")
    @CsvSource({
        "OK, ACCEPTS, ''",
        "NOT_READY, ACCEPTS, ''",
        "406 text/plain Not Ready: too much load, ACCEPTS, ''",
        "REFUSED, REFUSES, ''",
        "401 application/json {}, REFUSES, ''",
        "NONE, UNKNOWN, does not answer (connection refused)",
        "200 text/html OK, UNKNOWN, answers with status 200 and not as LiveKit does",
        "200 application/json OK, UNKNOWN, answers with status 200 and not as LiveKit does",
        "200 text/plain ok, UNKNOWN, answers with status 200 and not as LiveKit does",
        "200 text/plain OKOK, UNKNOWN, answers with status 200 and not as LiveKit does",
        "200 text/plain canary, UNKNOWN, answers with status 200 and not as LiveKit does",
        "204 text/plain OK, UNKNOWN, answers with status 204 and not as LiveKit does",
        "302 text/plain OK, UNKNOWN, answers with status 302 and not as LiveKit does",
        "403 text/plain canary, UNKNOWN, answers with status 403 and not as LiveKit does",
        "404 text/plain canary, UNKNOWN, answers with status 404 and not as LiveKit does",
        "406 text/plain canary, UNKNOWN, answers with status 406 and not as LiveKit does",
        "429 text/plain canary, UNKNOWN, answers with status 429 and not as LiveKit does",
        "500 text/plain OK, UNKNOWN, answers with status 500 and not as LiveKit does",
        "503 text/plain Not Ready, UNKNOWN, answers with status 503 and not as LiveKit does"})
    void a_reply_is_judged_by_its_status_type_and_body(String key, Verdict verdict, String problem) {
        var answer = answer(key, "REFUSED");

        assertEquals(Map.of(KEY, verdict), answer.verdicts());
        assertEquals(problem, answer.problem());
        assertEquals(problem.startsWith("answers"), answer.stranger());
        assertFalse(answer.toString().contains("canary"), answer.toString());
    }

    @ParameterizedTest(name = "control {0}")
    @CsvSource({
        "OK, 'accepts a key that nobody has', true",
        "NOT_READY, 'accepts a key that nobody has', true",
        "NONE, 'does not answer (connection refused)', false",
        "200 text/html canary, 'answers with status 200', true",
        "302 text/plain canary, 'answers with status 302', true",
        "403 text/plain canary, 'answers with status 403', true",
        "500 text/plain canary, 'answers with status 500', true"})
    void without_a_refused_control_every_reply_is_worth_nothing(String control, String problem, boolean stranger) {
        for (var key : new String[] {"OK", "NOT_READY", "REFUSED", "500 text/plain canary"}) {
            var answer = answer(key, control);

            assertEquals(Map.of(KEY, Verdict.UNKNOWN), answer.verdicts(), key);
            assertTrue(answer.problem().startsWith(problem), answer.problem());
            assertEquals(stranger, answer.stranger(), key);
            assertFalse(answer.toString().contains("canary"), answer.toString());
        }
    }

    @Test
    void each_key_has_its_own_verdict_and_one_that_was_not_asked_has_none() {
        var answer = answer(Map.of(KEY, reply("OK"), OTHER, reply("REFUSED"), CONTROL, reply("REFUSED")));

        assertEquals(Verdict.ACCEPTS, answer.verdict(KEY));
        assertEquals(Verdict.REFUSES, answer.verdict(OTHER));
        assertEquals(Verdict.UNKNOWN, answer.verdict(new ApiKey("APIc")));
        assertEquals(Verdict.UNKNOWN, answer.verdict(CONTROL));
        assertEquals("10.0.0.7:7880", answer.node());
    }

    @Test
    void one_reply_that_is_strange_is_a_problem_beside_others_that_are_not() {
        var answer = answer(Map.of(KEY, reply("OK"), OTHER, reply("500 text/plain x"), CONTROL, reply("REFUSED")));

        assertEquals(Verdict.ACCEPTS, answer.verdict(KEY));
        assertEquals("answers with status 500 and not as LiveKit does", answer.problem());
    }

    @Test
    void a_node_that_lacks_one_reply_may_just_be_restarting() {
        var answer = answer(Map.of(KEY, reply("OK"), OTHER, reply("NONE"), CONTROL, reply("REFUSED")));

        assertEquals("does not answer (connection refused)", answer.problem());
        assertFalse(answer.stranger());
    }

    @Test
    void the_nodes_clock_is_that_of_the_first_reply_that_says_one() {
        var replies = new LinkedHashMap<ApiKey, Reply>();
        replies.put(KEY, reply("OK"));
        replies.put(CONTROL, new Reply(401, "text/plain", "", Optional.of(Duration.ofHours(1)), ""));

        assertEquals(Optional.of(Duration.ofHours(1)), answer(replies).ahead());
        assertEquals(Optional.empty(), answer("OK", "REFUSED").ahead());
    }
}
