package dev.keyturn.blackbox;

import static dev.keyturn.servers.JsSdk.V2_16;
import static dev.keyturn.servers.JsSdk.V2_18;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.DocumentBlock;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.KeyState;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.JsSdk;
import dev.keyturn.servers.KeyturnCommand;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.Participants;
import dev.keyturn.servers.Ports;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.TokenSources;
import dev.keyturn.servers.TokenSources.Fetched;
import dev.keyturn.servers.TokenSources.Source;
import dev.keyturn.tokens.ClientCases;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The token sources of LiveKit's JavaScript SDK, old and new: what docs/clients.md says of them. */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.CLIENTS, ServerBinary.PYTHON_AGENTS})
class TokenSourceSdkIT {

    private static final Duration WITHIN = Duration.ofSeconds(20);
    private static final Map<String, ?> LOBBY = Map.of("roomName", "lobby");
    private static final Map<String, ?> LOUNGE = Map.of("roomName", "lobby-lounge");
    private static final Map<String, ?> SECRET = Map.of("roomName", "secret");

    @TempDir
    static Path folder;

    private static Map<String, String> settings;
    private static String url;
    private static TestIssuer issuer;
    private static LiveKitServer liveKit;
    private static KeyturnProcess keyturn;
    private static Participants people;
    private static TokenSources sources;

    @BeforeAll
    static void start() throws Exception {
        issuer = TestIssuer.start("https://id.example.com", "RS256", Clock.systemUTC());
        var port = Ports.free(); // the same after a restart
        url = "http://127.0.0.1:" + port + "/token";
        settings = new HashMap<>(issuer.settings("main", folder));
        settings.putAll(Map.of("quarkus.http.port", "" + port, "keyturn.ring.store", "file",
                "keyturn.ring.file.path", folder.resolve("ring.json").toString(), "keyturn.ring.refresh", "1s",
                "keyturn.rotation.settle", "100ms",
                "keyturn.policy.file", Files.writeString(folder.resolve("policy.yaml"), """
                        rules:
                          - name: hasty
                            for: {claims: {hasty: true}}
                            rooms: lobby
                            rate: 1/1h
                          - name: members
                            for: authenticated
                            rooms: ["lobby*"]
                            identity: "*"
                            may_set: [participant_name, participant_metadata, participant_attributes]
                            agents: [{name: helper, deployments: [staging]}]
                            ttl: 5m
                          - name: staging
                            for: authenticated
                            rooms: staging
                            room_config: {agents: [{agent_name: helper, deployment: staging}]}
                        """).toString()));
        assertEquals(0, KeyturnProcess.run(settings, "", "init").status());
        liveKit = LiveKitServer.start(pairs());
        settings.put("keyturn.livekit.url", liveKit.wsUrl());
        settings.put("keyturn.rotation.nodes", liveKit.url());
        keyturn = KeyturnProcess.serve(settings);
        people = Participants.start();
        sources = TokenSources.start();
    }

    /** LiveKit's keys, as the ring has them now. */
    private static Map<String, String> pairs() throws Exception {
        var ring = new FileKeyRingStore(folder.resolve("ring.json")).read().orElseThrow().ring();
        var pairs = new LinkedHashMap<String, String>();
        KeyFile.of(ring, ring.active().since()).pairs()
                .forEach((key, secret) -> pairs.put(key.value(), secret.reveal()));
        return pairs;
    }

    @AfterAll
    static void stop() throws Exception {
        sources.close();
        people.close();
        keyturn.close();
        liveKit.close();
        issuer.close();
    }

    private static Source source(JsSdk version) {
        return sourceOf(version, Map.of("sub", "ann"));
    }

    private static Source sourceOf(JsSdk version, Map<String, ?> claims) {
        return sources.make(version, "endpoint", url, Map.of("headers", authorization(issuer.bearer(claims))));
    }

    private static Map<String, String> authorization(String bearer) {
        return Map.of("Authorization", "Bearer " + bearer);
    }

    private static Map<String, ?> options(JsonNode options) {
        return new ObjectMapper().convertValue(options, new TypeReference<>() {});
    }

    @ParameterizedTest
    @EnumSource
    void it_sends_what_is_written_down_of_it(JsSdk version) {
        for (var one : ClientCases.of("js")) {
            var fetched = source(version).fetch(options(one.asked().path("options")));
            if (one.asked().path("options").has("deployment") && version.compareTo(JsSdk.V2_20) < 0) {
                assertEquals("Options key deployment not being included in forming request!", fetched.error());
                continue;
            }
            assertEquals(one.asked().path("body"), fetched.sent().path("body"));
            assertEquals("POST", fetched.sent().path("method").asText());
            assertEquals("application/json", fetched.sent().at("/headers/Content-Type").asText());
            assertTrue(fetched.token().startsWith("eyJ"));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "V2_16")
    void it_uses_a_token_until_a_minute_before_its_end(JsSdk version) {
        var source = source(version);
        var first = source.fetch(LOBBY);
        assertRequests(1, first);
        var again = source.fetch(LOBBY);
        assertRequests(0, again);
        assertEquals(first.token(), again.token());

        assertRequests(1, source.fetch(LOBBY, true));
        sources.forward(Duration.ofMinutes(4).minusSeconds(20));
        assertRequests(0, source.fetch(LOBBY));
        sources.forward(Duration.ofSeconds(20));
        assertRequests(1, source.fetch(LOBBY));
        sources.forward(Duration.ofMinutes(-4));
        // a dictionary is another one each time
        assertRequests(1, source.fetch(Map.of("participantAttributes", Map.of("lang", "en"))));
        assertRequests(1, source.fetch(Map.of("participantAttributes", Map.of("lang", "en"))));
    }

    private static void assertRequests(int expected, Fetched fetched) {
        assertEquals(expected, fetched.requests(), () -> fetched.answer().toString());
    }

    @Test
    void before_2_18_another_room_gets_the_cached_token_and_the_same_a_new_one() {
        var source = source(V2_16);
        assertRequests(1, source.fetch(LOBBY));
        assertRequests(1, source.fetch(LOBBY));
        var other = source.fetch(LOUNGE);
        assertRequests(0, other);
        assertEquals("lobby", other.room());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "V2_16")
    void another_room_is_another_token_unless_the_cached_one_was_for_no_room_in_particular(JsSdk version) {
        var source = source(version);
        assertRequests(1, source.fetch(LOBBY));
        var other = source.fetch(LOUNGE);
        assertRequests(1, other);
        assertEquals("lobby-lounge", other.room());

        var any = source(version);
        var fresh = any.fetch(Map.of()).room();
        assertEquals(version == V2_18 ? fresh : "lobby", any.fetch(LOBBY).room());
    }

    @ParameterizedTest
    @EnumSource
    void what_keyturn_says_is_in_the_error(JsSdk version) {
        var stranger = sources.make(version, "endpoint", url, Map.of("headers", authorization("bad")));
        assertProblem(401, "not-authenticated", "The bearer token", stranger.fetch(Map.of()));
        assertProblem(403, "not-allowed", "\"field\":\"room_name\"", source(version).fetch(SECRET));
        var hasty = sourceOf(version, Map.of("sub", version.name(), "hasty", true));
        assertRequests(1, hasty.fetch(Map.of()));
        // a fetch that 2.16 does not answer from its cache either
        assertProblem(429, "too-many-requests", "detail",
                version == V2_16 ? hasty.fetch(Map.of()) : hasty.fetch(LOBBY, true));
    }

    private static void assertProblem(int status, String type, String text, Fetched fetched) {
        assertRequests(1, fetched); // no SDK tries again
        var begins = "Error generating token from endpoint " + url + ": received " + status + " / {\"type\":";
        assertTrue(fetched.error().startsWith(begins), fetched.error());
        assertTrue(fetched.error().contains("#" + type) && fetched.error().contains(text), fetched.error());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "V2_16")
    void after_a_refusal_for_another_room_that_room_gets_the_cached_token(JsSdk version) {
        var source = source(version);
        assertRequests(1, source.fetch(LOBBY));
        assertProblem(403, "not-allowed", "room_name", source.fetch(SECRET));
        var again = source.fetch(SECRET);
        assertRequests(0, again);
        assertEquals("lobby", again.room());
        assertProblem(403, "not-allowed", "room_name", source.fetch(SECRET, true));
    }

    @Test
    void before_2_18_3_a_room_config_that_it_does_not_know_breaks_the_source() {
        var source = source(V2_16);
        assertRequests(1, source.fetch(Map.of("roomName", "staging")));
        assertEquals("cannot decode message livekit.RoomAgentDispatch from JSON: key \"deployment\" is unknown",
                source.fetch(Map.of("roomName", "staging")).error());
    }

    @Test
    void the_python_of_the_document_joins() throws Exception {
        var program = Files.writeString(folder.resolve("join.py"),
                DocumentBlock.of("docs/clients.md", "Python", "python"));
        var python = new ProcessBuilder(ServerBinary.PYTHON_AGENTS.path().toString(), program.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD); // its end is not a quiet one
        python.environment().putAll(Map.of("TOKENS_URL", url, "BEARER", issuer.bearer(Map.of("sub", "pam"))));
        var said = python.start().getInputStream().readAllBytes();
        assertEquals("joined lobby\n", new String(said, StandardCharsets.UTF_8));
    }

    @Test
    void a_turn_of_the_keys_and_an_outage_of_keyturn_as_they_see_them() throws Exception {
        var all = new EnumMap<JsSdk, Source>(JsSdk.class);
        var before = new EnumMap<JsSdk, Fetched>(JsSdk.class);
        for (var version : JsSdk.values()) {
            all.put(version, source(version));
            before.put(version, all.get(version).fetch(LOBBY));
        }
        var old = before.get(V2_16).key();

        turnTheKeys(old);
        for (var version : JsSdk.values()) {
            joins(version + " with a token of before", before.get(version).token());
            if (version != V2_16) {
                var cached = all.get(version).fetch(LOBBY);
                assertRequests(0, cached);
                assertEquals(old, cached.key());
            }
            var fetched = all.get(version).fetch(LOBBY, true); // 2.16 does so anyway
            assertNotEquals(old, fetched.key());
            joins(version + " with a new one", fetched.token());
        }

        keyturn.close();
        for (var version : JsSdk.values()) {
            if (version == V2_16) {
                assertEquals("fetch failed", all.get(version).fetch(LOBBY).error());
                continue;
            }
            assertRequests(0, all.get(version).fetch(LOBBY));
            assertEquals("fetch failed", all.get(version).fetch(LOBBY, true).error());
        }
        Files.move(folder.resolve("ring.json"), folder.resolve("away"));
        keyturn = KeyturnProcess.serve(settings); // back, and does not know what to sign with
        for (var version : JsSdk.values()) {
            assertProblem(503, "unavailable", "no signing key", source(version).fetch(LOBBY));
        }
        Files.move(folder.resolve("away"), folder.resolve("ring.json"));
        keyturn.await("it has its ring", keyturn::isReady);
        for (var version : JsSdk.values()) {
            joins(version + " with one of after", all.get(version).fetch(LOBBY, true).token());
        }
    }

    /** Until the old key is RETIRING: {@code rotate} would wait a good while now, until its last token has expired. */
    private static void turnTheKeys(String old) throws Exception {
        try (var turning = KeyturnCommand.start(settings, "rotate", "--now", "--wait")) {
            keyturn.await("a key is staged", () -> states().containsValue(KeyState.STAGED));
            liveKit.restart(pairs());
            keyturn.await("the key turned", () -> states().get(old) == KeyState.RETIRING);
        }
        keyturn.await("Keyturn signs with it", () -> !source(V2_16).fetch(LOBBY).key().equals(old));
    }

    private static Map<String, KeyState> states() {
        try {
            var states = new HashMap<String, KeyState>();
            new FileKeyRingStore(folder.resolve("ring.json")).read().orElseThrow().ring().keys()
                    .forEach(key -> states.put(key.key().value(), key.state()));
            return states;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A real client is in the room with this token. */
    private static void joins(String who, String token) throws InterruptedException {
        people.join(who, liveKit.wsUrl(), token);
        assertTrue(people.await(who, "joined", WITHIN).isPresent(), () -> who + ": " + people.eventsOf(who));
        people.leave(who);
        people.await(who, "left", WITHIN);
    }
}
