package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestKeys;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.Ports;
import dev.keyturn.servers.RawHttp;
import dev.keyturn.servers.TraceCollector;
import dev.keyturn.servers.TraceCollector.Arrived;
import dev.keyturn.servers.WebhookListener;
import dev.keyturn.tokens.TestWebhooks;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces, where they are asked for: of which trace spans are, what they say, and what they never do. */
class TracingIT {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";
    private static final String TRACEPARENT = "00-" + TRACE + "-" + PARENT + "-01";
    private static final String BODY = """
            {"room_name": "canary-room-name", "participant_name": "canary-participant",
             "participant_metadata": "canary-metadata"}""";

    @TempDir
    Path folder;

    private final Canaries canaries = new Canaries();
    private final SigningKey key = SigningKey.staged(TestKeys.staged("APIcanary").key(),
            ApiSecret.of(canaries.plant("the ring's secret", "canary-ring-" + "r".repeat(32))), Instant.EPOCH);
    private final Map<String, String> settings = new HashMap<>();
    private KeyturnProcess keyturn;

    @BeforeEach
    void a_ring_and_a_policy() throws Exception {
        new FileKeyRingStore(folder.resolve("ring.json")).write(KeyRing.first(key, Instant.EPOCH), null);
        Files.writeString(folder.resolve("policy.yaml"), """
                rules:
                  - name: members
                    for: {issuer: "https://id.example"}
                    rooms: ["canary-room-*"]
                    may_set: [participant_name, participant_metadata]
                  - name: anybody
                    for: anonymous
                    rooms: ["*"]
                    identity: "guest-*"
                """);
        settings.put("keyturn.ring.file.path", folder.resolve("ring.json").toString());
        settings.put("keyturn.policy.file", folder.resolve("policy.yaml").toString());
        settings.put("keyturn.callers.anonymous", "true");
        settings.put("keyturn.cors.origins", "https://app.example.com");
    }

    @Test
    void what_was_asked_and_what_is_passed_on_is_in_the_callers_trace_and_nothing_in_it_is_anybodys() throws Exception {
        plant("canary-room-name", "canary-participant", "canary-metadata", "canary-query", "canary-header",
                "canary-baggage", "canary-some-path", "canary-event-id", "canary-turn-password", "canary-user-agent",
                "canary-receiver-path", "canary-receiver-query", "canary-subject");
        try (var collector = TraceCollector.start(); var listener = listener();
                var issuer = TestIssuer.start("https://id.example", "ES256", Clock.systemUTC())) {
            var bearer = "Bearer " + canaries.plantToken("a bearer", issuer.bearer(Map.of("sub", "canary-subject")));
            settings.put("keyturn.tracing.endpoint", collector.url());
            settings.putAll(issuer.settings("main"));
            settings.putAll(listener.settings("app"));
            settings.put("keyturn.webhooks.receivers.app.url",
                    listener.url() + "/canary-receiver-path?key=canary-receiver-query");
            listener.answers(503);
            try (var started = KeyturnProcess.serve(settings)) {
                keyturn = started;
                keyturn.await("the issuer's keys are fetched", () -> keyturn.metric("keyturn_issuer_keys{") > 0);
                var granted = post("/token?canary-query", bearer, BODY);
                assertEquals(201, granted.statusCode(), granted.body());
                canaries.plantToken("a token", KeyturnProcess.json(granted).get("participant_token").textValue());
                assertEquals(401, post("/token", "Bearer canary-header", "{}").statusCode());
                assertEquals(404, post("/canary-some-path", bearer, "{}").statusCode());
                webhook();
                keyturn.await("it is tried", () -> !listener.calls().isEmpty());
                listener.answers(200);
                keyturn.await("it is relayed", () -> !listener.events().isEmpty());
                keyturn.await("spans come", () -> collector.spans().stream().anyMatch(span ->
                        span.kind().equals("CLIENT") && "200".equals(span.said().get("http.response.status_code"))
                                && span.trace().equals(TRACE)));
                var log = keyturn.end();
                assertTrue(log.lines().anyMatch(line -> line.contains("\"outcome\":\"granted\"")
                        && line.contains("\"trace_id\":\"" + TRACE + "\"")), log);
            }
            requests(collector.spans());
            relayed(collector.spans(), listener.calls());
            ownTraces(collector.spans(), issuer.jwksUrl().getPort());
            assertEquals(Set.of("service.name", "service.version", "service.instance.id", "telemetry.sdk.language",
                    "telemetry.sdk.name", "telemetry.sdk.version"), collector.resource().keySet());
            canaries.heard("what the collector was sent", collector.bytes());
            canaries.assertSilence();
        }
    }

    private void requests(List<Arrived> spans) {
        var requests = spans.stream().filter(span -> span.kind().equals("SERVER")).toList();
        var described = requests.stream().map(span -> span.name() + " " + span.said()).toList();
        assertEquals(List.of(
                "POST /token {http.request.method=POST, http.response.status_code=201, http.route=/token,"
                        + " url.scheme=http}",
                "POST /token {http.request.method=POST, http.response.status_code=401, http.route=/token,"
                        + " url.scheme=http}",
                "POST {http.request.method=POST, http.response.status_code=404, url.scheme=http}",
                "POST /webhook {http.request.method=POST, http.response.status_code=200, http.route=/webhook,"
                        + " url.scheme=http}"), described);
        for (var span : requests) {
            assertEquals(TRACE + " " + PARENT + " vendor=opaque false",
                    span.trace() + " " + span.parent() + " " + span.state() + " " + span.isError());
        }
    }

    private static void relayed(List<Arrived> spans, List<WebhookListener.Call> calls) {
        var webhook = spans.stream().filter(span -> span.name().equals("POST /webhook")).findAny().orElseThrow();
        var tries = spans.stream().filter(span -> span.parent().equals(webhook.id())).toList();
        assertEquals(calls.stream().map(WebhookListener.Call::traceparent).toList(),
                tries.stream().map(Arrived::traceparent).toList(), "each try says which it is");
        var first = tries.get(0);
        var last = tries.get(tries.size() - 1);
        assertEquals(Set.of("http.request.method", "http.response.status_code", "server.address", "server.port",
                "url.scheme", "error.type"), first.said().keySet());
        assertEquals("503 true", first.said().get("error.type") + " " + first.isError());
        assertEquals(Set.of("http.request.method", "http.request.resend_count", "http.response.status_code",
                "server.address", "server.port", "url.scheme"), last.said().keySet());
        assertEquals(Integer.toString(tries.size() - 1), last.said().get("http.request.resend_count"));
    }

    private static void ownTraces(List<Arrived> spans, int issuersPort) {
        var refresh = spans.stream().filter(span -> span.name().equals("ring refresh")).findFirst().orElseThrow();
        assertEquals(" {keyturn.outcome=loaded}", refresh.parent() + " " + refresh.said());
        var keys = spans.stream().filter(span -> span.name().equals("GET")).findFirst().orElseThrow();
        assertEquals(" {http.request.method=GET, http.response.status_code=200, server.address=127.0.0.1,"
                + " server.port=" + issuersPort + ", url.scheme=http}", keys.parent() + " " + keys.said());
        assertNotEquals(refresh.trace(), keys.trace());
    }

    @Test
    void unless_asked_nothing_is_traced_whatever_the_environment_says() throws Exception {
        try (var collector = TraceCollector.start(); var listener = listener()) {
            settings.putAll(listener.settings("app"));
            try (var started = KeyturnProcess.serve(settings, Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url(),
                    "OTEL_TRACES_EXPORTER", "otlp"))) {
                keyturn = started;
                assertEquals(201, post("/token", null, "{}").statusCode());
                webhook();
                keyturn.await("it is relayed", () -> !listener.events().isEmpty());
                assertFalse(keyturn.end().contains("trace_id"));
            }
            assertNull(listener.calls().get(0).traceparent());
            assertEquals(List.of(), collector.spans());
        }
    }

    @Test
    void what_begins_here_is_recorded_as_often_as_it_is_asked_and_what_came_as_its_caller_wants() throws Exception {
        try (var collector = TraceCollector.start()) {
            settings.putAll(Map.of("keyturn.tracing.endpoint", collector.url() + "/", "keyturn.tracing.ratio", "0"));
            try (var started = KeyturnProcess.serve(settings)) {
                keyturn = started;
                assertEquals(201, send("/token", "{}").statusCode());
                assertEquals(201, send("/token", "{}", "traceparent", TRACEPARENT.replace("-01", "-00")).statusCode());
                assertEquals(201, RawHttp.http(new InetSocketAddress("127.0.0.1", URI.create(keyturn.url()).getPort()),
                        "keyturn", "POST /token", "traceparent: " + TRACEPARENT,
                        "traceparent: " + TRACEPARENT).status(), "two of them are none");
                assertEquals(201, send("/token", "{}", "traceparent", TRACEPARENT).statusCode());
                keyturn.await("a span comes", () -> !collector.spans().isEmpty());
                var log = keyturn.end();
                assertEquals(1, log.lines().filter(line -> line.contains("trace_id")).count(), log);
            }
            assertEquals(List.of(PARENT), collector.spans().stream().map(Arrived::parent).toList());
        }
    }

    @Test
    void a_collector_that_is_away_costs_a_line_of_the_log_and_nobody_a_token() throws Exception {
        settings.put("keyturn.tracing.endpoint", "http://127.0.0.1:" + Ports.free());
        settings.put("keyturn.ring.refresh", "1s");
        try (var started = KeyturnProcess.serve(settings)) {
            keyturn = started;
            assertEquals(201, post("/token", null, "{}").statusCode());
            keyturn.await("it is said", () -> keyturn.log().contains("/v1/traces takes no spans"));
            assertEquals(201, post("/token", null, "{}").statusCode());
            var log = keyturn.end();
            assertEquals(1, log.lines().filter(line -> line.contains("takes no spans")).count(), log);
            assertFalse(log.contains("\tat ") || log.contains("ERROR"), log);
        }
    }

    @Test
    void a_wrong_setting_stops_the_start_with_a_sentence() {
        for (var wrong : List.of(Map.of("keyturn.tracing.endpoint", "collector:4317"),
                Map.of("keyturn.tracing.ratio", "1.5"))) {
            settings.putAll(Map.of("keyturn.livekit.url", "wss://livekit.test", "quarkus.http.port", "0",
                    "quarkus.management.port", "0"));
            var asked = new HashMap<>(settings);
            asked.putAll(wrong);
            var ended = KeyturnProcess.run(asked, "");
            assertEquals(1, ended.status(), ended.out() + ended.err());
            assertTrue(ended.err().contains(wrong.keySet().iterator().next()), ended.out() + ended.err());
        }
    }

    private void plant(String... words) {
        for (var word : words) {
            canaries.plant(word.replace("canary-", "a "), word);
        }
    }

    private WebhookListener listener() {
        return WebhookListener.start("APIapp",
                canaries.plant("a receiver's secret", "canary-secret-" + "s".repeat(32)));
    }

    private void webhook() throws IOException, InterruptedException {
        var event = TestWebhooks.event("room_started", "canary-event-id", "canary-room-name");
        assertEquals(200, post("/webhook", TestWebhooks.token(key, event, Instant.now()), event).statusCode());
    }

    /** As a page in a browser sends it that traces. */
    private HttpResponse<String> post(String path, String authorization, String body)
            throws IOException, InterruptedException {
        var trace = new String[] {"traceparent", TRACEPARENT, "tracestate", "vendor=opaque",
            "baggage", "who=canary-baggage", "Origin", "https://app.example.com", "User-Agent", "canary-user-agent"};
        if (authorization == null) {
            return send(path, body, trace);
        }
        var headers = new ArrayList<>(List.of(trace));
        headers.addAll(List.of("Authorization", authorization));
        return send(path, body, headers.toArray(String[]::new));
    }

    private HttpResponse<String> send(String path, String body, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(keyturn.url() + path))
                .header("Content-Type", path.equals("/webhook") ? "application/webhook+json" : "application/json")
                .POST(BodyPublishers.ofString(body));
        return HttpClient.newHttpClient()
                .send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }
}
