package dev.keyturn.doctor;

import static dev.keyturn.doctor.Verdict.FAULT;
import static dev.keyturn.doctor.Verdict.OK;
import static dev.keyturn.doctor.Verdict.UNSEEN;
import static dev.keyturn.doctor.Verdict.WARNING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.doctor.Http.Reply;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is thought of an answer by HTTP: plain ports, CORS, metrics, Keyturn's pages. */
class WebJudgementsTest {

    private static final String ALLOW = "access-control-allow-origin";
    private static final String APP = "https://app.example.com";
    private static final String PAGE = "livekit_room_total{node_id=\"x\"} 1\n";

    @ParameterizedTest
    @CsvSource({"301,https://livekit.example.com/,OK", "308,https://livekit.example.com/,OK",
        "302,http://livekit.example.com/,FAULT", "200,,FAULT", "401,,FAULT", "400,,OK", "403,,OK", "404,,OK", "426,,OK",
        "502,,FAULT"})
    void without_tls_one_is_sent_to_https_or_refused(int status, String location, Verdict verdict) {
        var reply = location == null ? Replies.of(status, "") : Replies.of(status, "", "location", location);

        assertEquals(verdict, SignallingCheckup.plain("plain", reply, 80).verdict());
    }

    @Test
    void a_plain_port_that_is_closed_is_fine() {
        assertEquals(OK, SignallingCheckup.plain("plain", Replies.none(), 80).verdict());
    }

    private static Map<String, Reply> both(String... headers) {
        return Map.of("the preflight", Replies.of(204, "", headers), "an error", Replies.of(401, "", headers));
    }

    @Test
    void livekits_own_answer_to_every_origin_is_harmless() {
        assertEquals(OK, CorsCheckup.ofLiveKit("CORS", both(ALLOW, "https://foreign.example")).verdict());
        assertEquals(OK, CorsCheckup.ofLiveKit("CORS", both(ALLOW, "*")).verdict());
        assertEquals(OK, CorsCheckup.ofLiveKit("CORS", both()).verdict());
    }

    @Test
    void an_origin_that_is_sent_twice_is_a_fault_of_whoever_asks() {
        for (var twice : List.of(both(ALLOW, "*", ALLOW, APP), both(ALLOW, "*, *"))) {
            assertEquals(FAULT, CorsCheckup.ofLiveKit("CORS", twice).verdict());
            assertEquals(FAULT, CorsCheckup.ofForeign("CORS", twice).verdict());
            assertEquals(FAULT, CorsCheckup.ofOwn("CORS", APP, twice, true).verdict());
        }
    }

    @Test
    void everybody_with_credentials_is_a_fault() {
        var cookies = both(ALLOW, "*", "access-control-allow-credentials", "true");

        assertEquals(FAULT, CorsCheckup.ofLiveKit("CORS", cookies).verdict());
    }

    @Test
    void keyturn_allows_the_apps_origin_and_no_foreign_one() {
        assertEquals(OK, CorsCheckup.ofForeign("CORS", both()).verdict());
        assertEquals(FAULT, CorsCheckup.ofForeign("CORS", both(ALLOW, "*")).verdict());
        assertEquals(FAULT, CorsCheckup.ofForeign("CORS", both(ALLOW, "https://foreign.example")).verdict());
        assertEquals(OK, CorsCheckup.ofOwn("CORS", APP, both(ALLOW, APP), true).verdict());
        assertEquals(FAULT, CorsCheckup.ofOwn("CORS", APP, both(), true).verdict());
    }

    @Test
    void an_origin_that_may_not_read_errors_is_a_fault_that_says_so() {
        var finding = CorsCheckup.ofOwn("CORS", APP, Map.of("the preflight", Replies.of(200, "", ALLOW, APP),
                "an error", Replies.of(401, "")), true);

        assertEquals(FAULT, finding.verdict());
        assertTrue(finding.found().endsWith("may not read an error"), finding.found());
    }

    private static Verdict metrics(Reply open, Reply withLogin, boolean named) {
        return MetricsCheckup.judge("metrics", open, Optional.ofNullable(withLogin), named).verdict();
    }

    @Test
    void metrics_are_there_for_those_who_may_see_them() {
        assertEquals(OK, metrics(Replies.of(200, PAGE), null, true));
        assertEquals(OK, metrics(Replies.of(401, ""), Replies.of(200, PAGE), true));
        assertEquals(UNSEEN, metrics(Replies.of(401, ""), null, true));
        assertEquals(FAULT, metrics(Replies.of(401, ""), Replies.of(401, ""), true));
    }

    @Test
    void a_password_that_is_not_asked_for_is_a_fault() {
        assertEquals(FAULT, metrics(Replies.of(200, PAGE), Replies.of(200, PAGE), true));
    }

    @Test
    void metrics_that_are_not_there_are_a_fault_only_where_they_were_said_to_be() {
        assertEquals(FAULT, metrics(Replies.none(), null, true));
        assertEquals(UNSEEN, metrics(Replies.none(), null, false));
        assertEquals(FAULT, metrics(Replies.of(200, "<html>"), null, false));
    }

    @Test
    void the_port_of_the_api_has_no_metrics() {
        assertEquals(OK, MetricsCheckup.ofApi("api", Replies.of(404, "")).verdict());
        assertEquals(OK, MetricsCheckup.ofApi("api", Replies.of(200, "OK")).verdict());
        assertEquals(FAULT, MetricsCheckup.ofApi("api", Replies.of(200, PAGE)).verdict());
        assertEquals(UNSEEN, MetricsCheckup.ofApi("api", Replies.none()).verdict());
    }

    private static final String HEALTHY = """
            # HELP keyturn_ring_version Version
            keyturn_ring_version 7.0
            keyturn_ring_age_seconds 12.5
            keyturn_rotation_late 0.0
            keyturn_compromised_keys 0.0
            keyturn_keys{state="active"} 1.0
            keyturn_keys{state="retiring"} 0.0
            keyturn_webhooks_total{event="room_started",key_state="ACTIVE"} 4.0
            keyturn_webhooks_refused_total{reason="unknown_key"} 0.0
            """;

    private static List<Verdict> keyturn(String page, long stored) {
        return KeyturnCheckup.judge("Keyturn", Replies.of(200, page), MetricsPage.of(page), OptionalLong.of(stored))
                .stream().map(Finding::verdict).toList();
    }

    @Test
    void a_replica_that_is_well_raises_no_alarm() {
        assertEquals(List.of(OK, OK, OK), keyturn(HEALTHY, 7));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "age_seconds 12.5|age_seconds 181|0|FAULT", "version 7.0|version NaN|0|FAULT", "version 7.0|version 6.0|0|WARNING",
        "late 0.0|late 1.0|1|FAULT", "compromised_keys 0.0|compromised_keys 1.0|1|FAULT",
        "unknown_key\"} 0.0|unknown_key\"} 2.0|2|FAULT", "unknown_key\"} 0.0|hash\"} 2.0|2|WARNING",
        "\"} 4.0|\"} 0.0|2|UNSEEN"})
    void each_fault_of_a_replica_is_told(String healthy, String broken, int item, Verdict verdict) {
        var page = HEALTHY.replace(healthy, broken);

        assertTrue(!page.equals(HEALTHY));
        assertEquals(verdict, keyturn(page, 7).get(item));
    }

    @Test
    void webhooks_of_a_retiring_key_are_warned_of_while_it_retires() {
        var retired = HEALTHY.replace("key_state=\"ACTIVE\"", "key_state=\"RETIRING\"");

        assertEquals(OK, keyturn(retired, 7).get(2));
        assertEquals(WARNING, keyturn(retired.replace("\"retiring\"} 0.0", "\"retiring\"} 1.0"), 7).get(2));
    }

    @Test
    void another_page_is_not_taken_for_keyturns() {
        assertEquals(List.of(UNSEEN), keyturn("up 1", 7));
        assertEquals(FAULT, KeyturnCheckup.health("Keyturn: health", Replies.of(503, "")).verdict());
        assertEquals(FAULT, KeyturnCheckup.health("Keyturn: health", Replies.none()).verdict());
    }

    @ParameterizedTest
    @CsvSource({"1.9.0,WARNING", "1.13.5,WARNING", "1.13.6,WARNING", "1.13.9,WARNING", "1.13.10,OK", "v1.14.0,OK", "2.0.0,OK",
        "head,OK", "'',UNSEEN"})
    void versions_are_compared_by_number(String version, Verdict verdict) {
        assertEquals(verdict, VersionCheckup.judge("version", 101, version, "").verdict());
    }

    @ParameterizedTest
    @CsvSource({"257,275,OK", "257,259,FAULT", "257,0,FAULT", "0,0,FAULT"})
    void turn_answers_a_binding_and_relays_for_nobody_unknown(int binding, int allocate, Verdict verdict) {
        assertEquals(verdict, TurnCheckup.judge("TURN", binding, allocate).verdict());
    }

    @Test
    void a_redis_that_answers_without_tls_is_a_fault_with_or_without_a_password() {
        assertEquals(FAULT, RedisCheckup.plain("Redis", "+PONG").verdict());
        assertEquals(FAULT, RedisCheckup.plain("Redis", "-NOAU").verdict());
        assertEquals(FAULT, RedisCheckup.password("Redis", "+PONG").verdict());
        assertEquals(OK, RedisCheckup.password("Redis", "-NOAU").verdict());
    }
}
