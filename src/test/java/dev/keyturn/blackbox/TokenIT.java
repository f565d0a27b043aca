package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.callers.TestIssuer;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrants;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultPolicies;
import dev.keyturn.servers.VaultServer;
import dev.keyturn.tokens.TokenWriter;
import io.livekit.server.AgentDispatchServiceClient;
import io.livekit.server.RoomServiceClient;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import livekit.LivekitModels.ParticipantInfo;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The main job, end to end: {@code keyturn init} puts a key into a real Vault, a real LiveKit gets it, and Keyturn,
 * which may only read it there, lets callers into that LiveKit's rooms and nowhere else.
 */
@NeedsServer({ServerBinary.VAULT, ServerBinary.LIVEKIT})
class TokenIT {

    @TempDir
    static Path folder;

    private static VaultServer vault;
    private static LiveKitServer liveKit;
    private static KeyturnProcess keyturn;
    private static TestIssuer issuer;
    private static SigningKey key;

    @BeforeAll
    static void start() throws IOException {
        vault = VaultServer.dev();
        vault.api().prepare("keyturn/ring");
        vault.api().policy("init", VaultPolicies.ROTATOR);
        vault.api().policy("serving", VaultPolicies.SERVING);
        var keys = folder.resolve("keys.yaml").toString();
        var made = KeyturnProcess.run(settings("init"), "", "init", "--key-file", keys);
        assertEquals(0, made.status(), made.err());
        var pair = KeyFile.read(Files.readString(folder.resolve("keys.yaml"))).pairs().entrySet().iterator().next();
        key = SigningKey.staged(pair.getKey(), pair.getValue(), Instant.EPOCH);
        liveKit = LiveKitServer.start(Map.of(key.key().value(), key.secret().reveal()));
        issuer = TestIssuer.start("https://id.example", "RS256", Clock.systemUTC());
        Files.writeString(folder.resolve("policy.yaml"), """
                rules:
                  - name: members
                    for: {issuer: "https://id.example"}
                    rooms: ["{tenant}:*"]
                    participant_name: "{name}"
                    participant_attributes: {tenant: "{tenant}"}
                    may_set: [participant_metadata, participant_attributes, room_config.tags]
                    agents: [helper]
                    ttl: 5m
                """);
        var settings = settings("serving");
        settings.putAll(issuer.settings("main"));
        settings.put("keyturn.livekit.url", liveKit.wsUrl());
        settings.put("keyturn.policy.file", folder.resolve("policy.yaml").toString());
        keyturn = KeyturnProcess.serve(settings);
        keyturn.await("the issuer's keys are fetched", () -> keyturn.metric("keyturn_issuer_keys{") > 0);
    }

    /** A login of its own by AppRole, with nothing but this policy. */
    private static Map<String, String> settings(String policy) {
        var role = vault.api().appRole(policy, Duration.ofMinutes(10), Duration.ofMinutes(20), policy);
        return new HashMap<>(Map.of(
                "quarkus.vault.url", vault.url(),
                "quarkus.vault.authentication.app-role.role-id", role.roleId(),
                "quarkus.vault.authentication.app-role.secret-id", role.secretId(),
                "keyturn.ring.store", "vault"));
    }

    @AfterAll
    static void stop() {
        keyturn.close();
        issuer.close();
        liveKit.close();
        vault.close();
    }

    private static String alice() {
        return issuer.bearer(issuer.claims(Map.of("sub", "alice", "tenant", "acme", "name", "Alice")));
    }

    private static String token(String body) {
        return keyturn.granted(body, "Authorization", "Bearer " + alice());
    }

    /** Joins as an SDK does, by LiveKit's signalling connection. */
    private static WebSocket join(String token) {
        return HttpClient.newHttpClient().newWebSocketBuilder()
                .buildAsync(
                        URI.create(liveKit.wsUrl() + "/rtc?protocol=9&sdk=js&auto_subscribe=1&access_token=" + token),
                        new WebSocket.Listener() {})
                .join();
    }

    /** What LiveKit says to a token before it lets its holder connect. */
    private static HttpResponse<String> validate(String token) throws IOException, InterruptedException {
        var url = liveKit.url() + "/rtc/validate?access_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(URI.create(url)).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    private static List<ParticipantInfo> participants(String room) {
        try {
            var rooms = RoomServiceClient.createClient(liveKit.url(), key.key().value(), key.secret().reveal());
            var answer = rooms.listParticipants(room).execute();
            return answer.isSuccessful() ? answer.body() : List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void the_holder_is_in_the_room_as_the_policy_says() throws IOException {
        var token = token("""
                {"room_name": "acme:standup", "participant_metadata": "{\\"plan\\": \\"pro\\"}",
                 "participant_attributes": {"lang": "en"},
                 "room_config": {"tags": {"team": "a"}, "agents": [{"agent_name": "helper", "metadata": "hello",
                                 "attributes": {"voice": "low"}}]}}
                """);
        var socket = join(token);
        keyturn.await("LiveKit's room API shows the participant", () -> !participants("acme:standup").isEmpty());
        var alice = participants("acme:standup").get(0);
        assertEquals("alice", alice.getIdentity());
        assertEquals("Alice", alice.getName());
        assertEquals("{\"plan\": \"pro\"}", alice.getMetadata());
        assertEquals(Map.of("lang", "en", "tenant", "acme"), alice.getAttributesMap());
        var dispatches =
                AgentDispatchServiceClient.createClient(liveKit.url(), key.key().value(), key.secret().reveal());
        keyturn.await("LiveKit has the agent's dispatch", () -> {
            try {
                var dispatched = dispatches.listDispatch("acme:standup").execute().body();
                return dispatched != null && dispatched.stream().anyMatch(
                        d -> d.getAgentName().equals("helper") && d.getMetadata().equals("hello"));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        socket.abort();
    }

    @Test
    void livekit_takes_the_token() throws Exception {
        var answer = validate(token("{\"room_name\": \"acme:standup\"}"));
        assertEquals(200, answer.statusCode(), answer.body());
    }

    @Test
    void livekit_refuses_it_with_a_claim_changed() throws Exception {
        var parts = token("{\"room_name\": \"acme:standup\"}").split("\\.");
        var claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        var forged = claims.replace("acme:standup", "other:secret");
        var encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(forged.getBytes());
        var token = parts[0] + "." + encoded + "." + parts[2];
        assertEquals(401, validate(token).statusCode());
    }

    @Test
    void livekit_refuses_it_once_it_has_expired() throws Exception {
        var grant = new Grant("acme:standup", "alice", "", "", Map.of(),
                VideoGrants.PARTICIPANT, RoomConfig.NONE, Duration.ofMinutes(5));
        var writer = new TokenWriter();
        assertEquals(401, validate(writer.write(key, grant, Instant.now().minusSeconds(361), "old")).statusCode());
        assertEquals(200, validate(writer.write(key, grant, Instant.now(), "new")).statusCode());
    }

    @Test
    void it_opens_no_other_room() throws IOException {
        var token = token("{\"room_name\": \"acme:standup\"}");
        var socket = HttpClient.newHttpClient().newWebSocketBuilder()
                .buildAsync(
                        URI.create(liveKit.wsUrl() + "/rtc?protocol=9&sdk=js&room=acme:board&access_token=" + token),
                        new WebSocket.Listener() {}).join();
        keyturn.await("the holder is in the token's room", () -> !participants("acme:standup").isEmpty());
        assertEquals(List.of(), participants("acme:board"));
        socket.abort();
    }

    @Test
    void another_tenants_room_is_refused_and_the_field_named() {
        var answer = keyturn.token("{\"room_name\": \"other:secret\"}", "Authorization", "Bearer " + alice());
        assertEquals(403, answer.statusCode(), answer.body());
        assertEquals("room_name", KeyturnProcess.json(answer).path("field").asText());
    }

    @Test
    void a_stranger_is_not_known() {
        var answer = keyturn.token("{}");
        assertEquals(401, answer.statusCode(), answer.body());
        assertEquals("Bearer", answer.headers().firstValue("WWW-Authenticate").orElse(""));
    }

    @Test
    void the_server_may_read_the_ring_in_vault_and_not_write_it() {
        var login = settings("serving");
        var again = KeyturnProcess.run(login, "", "init");
        assertTrue(again.status() != 0 && again.err().contains("capabilities"), again.err());
    }

    @Test
    void a_second_init_changes_nothing_and_says_so() {
        var again = KeyturnProcess.run(settings("init"), "", "init");
        assertEquals(3, again.status(), again.err());
        assertTrue(again.err().contains("holds a ring already"), again.err());
    }
}
