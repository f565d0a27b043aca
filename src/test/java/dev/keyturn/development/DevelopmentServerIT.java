package dev.keyturn.development;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.servers.DevelopmentServer;
import dev.keyturn.servers.JsSdk;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.TokenSources;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ./mvnw quarkus:dev} serves beside what production does, as the page and LiveKit's SDKs ask for it. */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.CLIENTS})
class DevelopmentServerIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static LiveKitServer liveKit;
    private static DevelopmentServer server;

    @BeforeAll
    static void start() {
        liveKit = LiveKitServer.start(Map.of("devkey", "secret"));
        server = DevelopmentServer.start(Map.of("keyturn.livekit.url", liveKit.wsUrl(),
                "keyturn.rotation.nodes", liveKit.url()));
    }

    @AfterAll
    static void stop() {
        server.close();
        liveKit.close();
    }

    @Test
    void the_address_in_the_log_is_a_page() {
        var page = server.get("/");
        assertEquals(200, page.statusCode());
        assertEquals("text/html;charset=UTF-8", page.headers().firstValue("Content-Type").orElseThrow());
        assertTrue(server.log().contains(server.url() + "/  "), server.log());
    }

    @Test
    void what_the_page_says_of_a_problem_is_the_document() throws IOException {
        assertEquals(Files.readString(Path.of("docs/problems.md")), server.get("/dev/problems.md").body());
    }

    @Test
    void the_endpoint_can_be_tried_by_hand() {
        assertTrue(server.get("/q/swagger-ui/").body().contains("/q/openapi"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/page/none.js", "/page/index.html", "/page/../pom.xml", "/page/%2e%2e/%2e%2e/pom.xml"})
    void nothing_but_the_page_can_be_read_there(String path) {
        assertEquals(404, server.get(path).statusCode());
    }

    @Test
    void the_state_says_whether_livekit_accepts_the_key_that_signs() {
        var state = json(server.get("/dev/state"));
        assertTrue(state.at("/livekit/answers").booleanValue() && state.at("/livekit/accepts").booleanValue(),
                state.toString());
        assertEquals("devkey", state.path("signs").textValue());
        assertEquals("accepts", state.at("/status/nodes/0/keys/devkey").textValue());
    }

    @Test
    void the_state_shows_who_got_a_token_of_which_key_and_no_secret() {
        var granted = server.post("/token", "{\"room_name\": \"shown\", \"participant_identity\": \"ann\"}");
        assertEquals(201, granted.statusCode());
        assertEquals(401, server.post("/token", "{}", "Authorization", "Bearer bad").statusCode());

        var state = server.get("/dev/state").body();
        var decisions = json(state).path("decisions");
        assertEquals("not_authenticated", decisions.at("/0/reason").textValue());
        assertEquals("shown ann devkey", decisions.at("/1/room").textValue() + " "
                + decisions.at("/1/identity").textValue() + " " + decisions.at("/1/key").textValue());
        assertFalse(state.contains(json(granted).path("participant_token").textValue()));
        assertFalse(state.contains("\"secret\""), state);
    }

    @Test
    void an_explanation_says_what_the_token_would_hold_and_signs_nothing() {
        var answer = server.post("/dev/explain", "{\"room_name\": \"a\", \"participant_name\": \"Ann\"}");
        var explained = json(answer);
        assertEquals("granted by development", explained.path("text").textValue().split("\n")[2]);
        assertEquals("Ann", explained.at("/grant/name").textValue());
        assertFalse(answer.body().contains("eyJ"), answer.body());
    }

    @Test
    void what_cannot_be_explained_is_the_endpoints_own_problem() {
        assertEquals(server.post("/token", "{\"room_name\": 1}").body(),
                server.post("/dev/explain", "{\"room_name\": 1}").body());
        assertEquals(server.post("/token", "{}", "Authorization", "Bearer bad").body(),
                server.post("/dev/explain", "{}", "Authorization", "Bearer bad").body());
    }

    /** livekit-client/src/room/token-source: developmentTokenServer, before 2.22 sandboxTokenServer. */
    @Test
    void livekits_development_token_server_gives_the_same_token() {
        var answer = server.post("/api/v2/sandbox/connection-details", "{\"room_name\": \"a\"}",
                "X-Sandbox-ID", "any", "Origin", "http://localhost:5173");
        assertEquals(201, answer.statusCode());
        assertEquals(liveKit.wsUrl(), json(answer).path("server_url").textValue());
        assertEquals("http://localhost:5173",
                String.join(" and ", answer.headers().allValues("Access-Control-Allow-Origin")));
    }

    @ParameterizedTest
    @EnumSource
    void livekits_own_word_for_it_works_as_it_is(JsSdk version) throws Exception {
        var word = version.compareTo(JsSdk.V2_22) < 0 ? "sandboxTokenServer" : "developmentTokenServer";
        try (var sources = TokenSources.start()) {
            var fetched = sources.make(version, word, "any", Map.of("baseUrl", server.url()))
                    .fetch(Map.of("roomName", "a"));
            assertEquals("a", fetched.room());
            assertEquals("any", fetched.sent().at("/headers/X-Sandbox-ID").textValue());
            assertEquals(server.url() + "/api/v2/sandbox/connection-details", fetched.sent().path("url").textValue());
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return json(answer.body());
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + text, e);
        }
    }
}
