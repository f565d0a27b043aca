package dev.keyturn.agents;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyOrNullString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.agents.AgentsServer.Ring;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.tokens.AuditLines;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint as agents and supervisors see it, on a ring that turns underneath. */
@QuarkusTest
@TestProfile(AgentsServer.class)
class CredentialsOverHttpTest {

    private static final Map<String, Object> POD = Map.of("sub", "system:serviceaccount:agents:support",
            "kubernetes.io", Map.of("namespace", "agents", "serviceaccount", Map.of("name", "support")));

    TestIssuer[] issuers;
    Ring stored;

    @Inject
    LiveRing ring;

    @Inject
    Clock clock;

    @Inject
    MeterRegistry registry;

    @TestHTTPResource("/agent/credentials")
    URI url;

    @BeforeEach
    void one_key() {
        turn(key("APIone", KeyState.ACTIVE));
    }

    private static SigningKey key(String name, KeyState state) {
        return key(name, state, false);
    }

    private static SigningKey key(String name, KeyState state, boolean compromised) {
        var key = TestKeys.staged(name);
        return new SigningKey(key.key(), key.secret(), state, key.created(), key.since(), compromised);
    }

    private void turn(SigningKey... keys) {
        stored.becomes(keys);
        assertTrue(ring.refresh().isGood(), ring.last().problem());
    }

    /** Fresh by the clock of the server, which other tests may have turned. */
    private String bearer(Map<String, Object> claims) {
        var all = new HashMap<>(claims);
        all.put("iat", clock.instant().getEpochSecond());
        all.put("exp", clock.instant().getEpochSecond() + TestIssuer.LIFETIME);
        return issuers[0].bearer(all);
    }

    private RequestSpecification as(Map<String, Object> claims) {
        return given().header("Keyturn-Request", "credentials")
                .header("Authorization", "Bearer " + bearer(claims));
    }

    private Response ask() {
        return as(POD).get("/agent/credentials");
    }

    private Response ask(String tag) {
        return as(POD).header("If-None-Match", tag).get("/agent/credentials");
    }

    private double polls(String rule, String held, String answer) {
        var counter = registry.find("keyturn.agent.polls").tags("rule", rule, "held_key", held, "answer", answer)
                .counter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void whom_a_rule_names_gets_the_active_pair_and_when_to_come_back() {
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var answer = ask();
        answer.then().statusCode(200).contentType("application/json")
                .header("Cache-Control", "no-store")
                .header("ETag", matchesPattern("W/\"APIone\\.[0-9a-f]{8}\""))
                .header("Keyturn-Refresh-After", now.plus(Duration.ofMinutes(5)).toString())
                .header("Keyturn-Expires-At", now.plus(Duration.ofHours(12)).toString())
                .header("Content-Encoding", nullValue())
                .header("Preference-Applied", nullValue());
        assertEquals(Map.of("url", "ws://livekit:7880", "api_key", "APIone",
                        "api_secret", TestKeys.secretOf("APIone"), "key_state", "ACTIVE",
                        "version", (int) ring.current().version(), "agent_name", "support-agent",
                        "refresh_after", now.plus(Duration.ofMinutes(5)).toString(),
                        "expires_at", now.plus(Duration.ofHours(12)).toString()),
                answer.jsonPath().getMap("$"));
    }

    @Test
    void the_name_of_the_agent_is_what_the_rule_says_and_escaped_or_not_there() {
        as(Map.of("sub", "a", "tenant", "ac\"me\\")).get("/agent/credentials").then()
                .statusCode(200).body("agent_name", equalTo("ac\"me\\-agent"));
        var nameless = as(Map.of("sub", "a", "role", "ops")).get("/agent/credentials");
        assertFalse(nameless.jsonPath().getMap("$").containsKey("agent_name"), nameless.headers().toString());
    }

    @Test
    void who_says_accept_encoding_gets_it_uncompressed_and_a_page_gets_no_permission() {
        as(POD).header("Accept-Encoding", "gzip").header("Origin", "https://app.example.com").get("/agent/credentials")
                .then().header("Content-Encoding", nullValue());
        given().header("Origin", "https://app.example.com").header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "keyturn-request").options("/agent/credentials")
                .then().header("Access-Control-Allow-Headers", not(containsString("keyturn")))
                .header("Access-Control-Allow-Methods", "POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "token", "Credentials", "credentials, credentials"})
    void without_the_header_that_says_so_nothing_is_handed_out(String header) {
        var before = polls("", "none", "header");
        given().header("Keyturn-Request", header).header("Authorization", "Bearer " + bearer(POD))
                .get("/agent/credentials").then().statusCode(400)
                .contentType("application/problem+json")
                .body("detail", containsString("Keyturn-Request: credentials"));
        assertEquals(before + 1, polls("", "none", "header"));
    }

    @Test
    void a_caller_whom_no_rule_names_is_refused_with_a_sentence() {
        as(Map.of("sub", "somebody")).get("/agent/credentials").then().statusCode(403)
                .contentType("application/problem+json")
                .body("detail", equalTo("No rule gives the credentials of an agent to this caller."));
        as(Map.of("sub", "a", "tenant", "")).get("/agent/credentials").then().statusCode(403)
                .body("detail", containsString("\"tenant\""));
    }

    @Test
    void nobody_gets_in_without_a_good_bearer() {
        given().header("Keyturn-Request", "credentials").get("/agent/credentials").then().statusCode(401)
                .header("WWW-Authenticate", "Bearer");
        given().header("Keyturn-Request", "credentials").header("Authorization", "Bearer garbage")
                .get("/agent/credentials").then().statusCode(401)
                .header("WWW-Authenticate", containsString("invalid_token"));
    }

    @Test
    void an_issuer_whose_keys_are_not_known_yet_is_asked_to_come_back() {
        given().header("Keyturn-Request", "credentials").header("Authorization", "Bearer " + issuers[1].bearer(POD))
                .get("/agent/credentials").then().statusCode(503).header("Retry-After", "5");
        assertTrue(polls("", "none", "issuer_keys_unavailable") > 0);
    }

    @Test
    void a_ring_that_is_stale_hands_nothing_out() {
        var tag = ask().header("ETag");
        ((TestClock) clock).advance(Duration.ofHours(12).plusMillis(1));
        ask().then().statusCode(503).header("Retry-After", equalTo("3600"));
        ask(tag).then().statusCode(503);
        assertTrue(polls("", "active", "ring_unavailable") > 0);
        ring.refresh();
        ask().then().statusCode(200);
    }

    @Test
    void who_has_the_pair_gets_a_304_without_the_secret_that_renews_the_promise() {
        var first = ask();
        ((TestClock) clock).advance(Duration.ofMinutes(5));
        ring.refresh();
        for (var tag : List.of(first.header("ETag"), "\"other\", " + first.header("ETag").substring(2), "*")) {
            ask(tag).then().statusCode(304).body(emptyOrNullString())
                    .header("ETag", first.header("ETag"))
                    .header("Cache-Control", "no-store")
                    .header("Keyturn-Expires-At", Instant.parse(first.header("Keyturn-Expires-At"))
                            .plus(Duration.ofMinutes(5)).toString())
                    .header("Keyturn-Refresh-After", Instant.parse(first.header("Keyturn-Refresh-After"))
                            .plus(Duration.ofMinutes(5)).toString());
        }
    }

    @Test
    void near_the_end_an_agent_comes_back_half_way() {
        ((TestClock) clock).advance(Duration.ofHours(12).minusMinutes(4));
        var expires = clock.instant().plus(Duration.ofMinutes(4)).truncatedTo(ChronoUnit.SECONDS);
        ask().then().header("Keyturn-Expires-At", expires.toString())
                .header("Keyturn-Refresh-After", expires.minus(Duration.ofMinutes(2)).toString());
        ring.refresh();
    }

    @ParameterizedTest
    @CsvSource({"RETIRING,false,retiring", "RETIRING,true,compromised", "STAGED,true,compromised"})
    void who_holds_an_older_pair_gets_the_new_one_and_is_counted(KeyState state, boolean compromised, String held) {
        var tag = ask().header("ETag");
        turn(key("APIone", state, compromised), key("APItwo", KeyState.ACTIVE));
        var before = polls("support", held, "credentials");

        ask(tag).then().statusCode(200).body("api_key", equalTo("APItwo"));
        assertEquals(before + 1, polls("support", held, "credentials"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"W/\"APIgone.00000000\"", "W/\"nonsense\"", "\"APIone\""})
    void who_holds_what_nobody_knows_gets_the_pair(String tag) {
        var before = polls("support", "unknown", "credentials");
        ask(tag).then().statusCode(200).body("api_key", equalTo("APIone"));
        assertEquals(before + 1, polls("support", "unknown", "credentials"));
    }

    @Test
    void who_has_the_key_but_not_the_rest_of_the_answer_gets_it() {
        var other = as(Map.of("sub", "a", "role", "ops")).get("/agent/credentials").header("ETag");
        var before = polls("support", "active", "credentials");
        ask(other).then().statusCode(200);
        assertEquals(before + 1, polls("support", "active", "credentials"));
    }

    @Test
    void who_is_ahead_of_this_replica_keeps_what_it_has() {
        turn(key("APIone", KeyState.RETIRING), key("APItwo", KeyState.ACTIVE));
        var ahead = ask().header("ETag");
        turn(key("APIone", KeyState.ACTIVE), key("APItwo", KeyState.STAGED));
        var before = polls("support", "staged", "unchanged");

        ask(ahead).then().statusCode(304).header("ETag", ahead);
        assertEquals(before + 1, polls("support", "staged", "unchanged"));
    }

    @Test
    void each_hand_out_and_each_refusal_is_in_the_audit_and_no_304() throws IOException {
        try (var audit = new AuditLines()) {
            var tag = ask().header("ETag");
            ask(tag).then().statusCode(304);
            var line = audit.only();
            assertEquals(new ObjectMapper().readTree("""
                    {"time": "%s", "audit": "credentials", "outcome": "granted", "client": "127.0.0.1",
                     "anonymous": false, "issuer": "https://k8s.test",
                     "subject": "system:serviceaccount:agents:support",
                     "rule": "support", "agent_name": "support-agent", "key": "APIone", "version": %d}
                    """.formatted(clock.instant(), ring.current().version())).toString(),
                    line.toString());
        }
        try (var audit = new AuditLines()) {
            as(Map.of("sub", "somebody")).get("/agent/credentials");
            assertEquals("refused 403 no_rule somebody", audit.only().path("outcome").asText() + " "
                    + audit.only().path("status").asInt() + " " + audit.only().path("reason").asText() + " "
                    + audit.only().path("subject").asText());
            assertFalse(audit.all().toString().contains(TestKeys.secretOf("")), "a secret is in the audit");
        }
    }

    private CompletableFuture<HttpResponse<String>> poll(String tag, String prefer) {
        var request = HttpRequest.newBuilder(url).header("Keyturn-Request", "credentials")
                .header("Authorization", "Bearer " + bearer(POD))
                .header("If-None-Match", tag).header("Prefer", prefer).build();
        return HttpClient.newHttpClient().sendAsync(request, BodyHandlers.ofString());
    }

    private static <T> T got(CompletableFuture<T> answer) {
        return answer.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private void await(BooleanSupplier so) {
        var until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!so.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, "not so within 30 s");
            LockSupport.parkNanos(10_000_000); // between two questions
        }
    }

    private double waiting() {
        return registry.get("keyturn.agent.polls.waiting").gauge().value();
    }

    private static String applied(HttpResponse<String> answer) {
        return answer.headers().firstValue("Preference-Applied").orElse("");
    }

    @Test
    void a_poll_that_waits_is_answered_when_the_key_turns_and_not_before() {
        var tag = ask().header("ETag");
        var answer = poll(tag, "wait=3600");
        await(() -> waiting() == 1);
        ring.refresh();
        turn(key("APIone", KeyState.ACTIVE), key("APItwo", KeyState.STAGED));
        ask(tag).then().statusCode(304);
        assertFalse(answer.isDone(), "a staged key is nothing new for agents");

        turn(key("APIone", KeyState.RETIRING), key("APItwo", KeyState.ACTIVE));
        assertEquals(200, got(answer).statusCode());
        assertTrue(got(answer).body().contains("\"api_key\":\"APItwo\""));
        assertEquals("wait=60", applied(got(answer)), "what it asked for is bounded");
        await(() -> waiting() == 0);
    }

    @Test
    void who_is_ahead_waits_until_this_replica_is_not_behind_any_more() {
        turn(key("APIone", KeyState.RETIRING), key("APItwo", KeyState.ACTIVE));
        var ahead = ask().header("ETag");
        turn(key("APIone", KeyState.ACTIVE), key("APItwo", KeyState.STAGED));
        var answer = poll(ahead, "wait=60");
        await(() -> waiting() == 1);
        turn(key("APIone", KeyState.RETIRING), key("APItwo", KeyState.ACTIVE));
        turn(key("APItwo", KeyState.RETIRING), key("APIthree", KeyState.ACTIVE));

        assertTrue(got(answer).body().contains("\"api_key\":\"APIthree\""), got(answer).headers().toString());
    }

    @Test
    void a_wait_that_is_over_is_a_304_and_one_line_in_the_metrics() {
        var tag = ask().header("ETag");
        var before = polls("support", "active", "unchanged");
        var answer = got(poll(tag, "respond-async, wait=\"1\""));
        assertEquals(304, answer.statusCode());
        assertEquals("wait=1", applied(answer));
        assertEquals(before + 1, polls("support", "active", "unchanged"));
    }

    @Test
    void who_has_something_older_or_may_not_does_not_wait() {
        assertEquals("", applied(got(poll("W/\"APIgone.00000000\"", "wait=60"))));
        as(Map.of("sub", "somebody")).header("Prefer", "wait=60").header("If-None-Match", "*")
                .get("/agent/credentials").then().statusCode(403);
    }

    @Test
    void so_many_wait_and_no_more_and_their_places_are_free_again() throws IOException {
        var tag = ask().header("ETag");
        var first = poll(tag, "wait=60");
        try (var socket = new Socket("127.0.0.1", url.getPort())) {
            socket.getOutputStream().write(("GET /agent/credentials HTTP/1.1\r\nHost: a\r\n"
                    + "Keyturn-Request: credentials\r\nAuthorization: Bearer " + bearer(POD)
                    + "\r\nIf-None-Match: " + tag
                    + "\r\nPrefer: wait=60\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            await(() -> waiting() == 2);
            var third = got(poll(tag, "wait=60"));
            assertEquals(304, third.statusCode());
            assertEquals("", applied(third));
        }
        await(() -> waiting() == 1); // who hangs up does not wait
        var again = poll(tag, "wait=60");
        await(() -> waiting() == 2);

        turn(key("APItwo", KeyState.ACTIVE));
        assertEquals(200, got(first).statusCode());
        assertEquals(200, got(again).statusCode());
        await(() -> waiting() == 0);
    }

    @Test
    void a_poll_whose_bearer_has_expired_while_it_waited_gets_nothing() {
        var tag = ask().header("ETag");
        var answer = poll(tag, "wait=60");
        await(() -> waiting() == 1);
        ((TestClock) clock).advance(Duration.ofHours(1));
        turn(key("APItwo", KeyState.ACTIVE));
        assertEquals(401, got(answer).statusCode());
    }

    @Test
    void what_is_handed_out_is_what_is_stored() throws IOException {
        assertTrue(Files.readString(stored.file()).contains(ask().jsonPath().getString("api_secret")));
    }
}
