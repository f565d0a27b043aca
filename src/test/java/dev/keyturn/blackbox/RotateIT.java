package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyState;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrants;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.KeyturnProcess.Ended;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.tokens.TokenWriter;
import io.livekit.server.RoomServiceClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of an operator who delivers LiveKit's key file himself, against a real LiveKit. */
@NeedsServer(ServerBinary.LIVEKIT)
class RotateIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static LiveKitServer liveKit;

    @TempDir
    Path folder;

    private Map<String, String> settings;
    private KeyRing first;

    @BeforeEach
    void a_ring_whose_key_livekit_has() throws Exception {
        settings = new HashMap<>(Map.of(
                "keyturn.ring.store", "file",
                "keyturn.ring.file.path", folder.resolve("ring.json").toString(),
                "keyturn.ring.max-staleness", "1s",
                "keyturn.rotation.longest-ttl", "1s",
                "keyturn.rotation.agents-drain", "0s",
                "keyturn.rotation.leeway", "5s",
                "keyturn.rotation.settle", "100ms",
                "keyturn.rotation.reorder", "false"));
        run(0, "init");
        first = ring();
        if (liveKit == null) {
            liveKit = LiveKitServer.start(pairs(KeyFile.of(first, first.active().since())));
        } else {
            liveKit.restart(pairs(KeyFile.of(first, first.active().since())));
        }
        settings.put("keyturn.rotation.nodes", liveKit.url());
    }

    @AfterAll
    static void stop() {
        if (liveKit != null) {
            liveKit.close();
        }
    }

    private Ended run(int status, String... arguments) {
        var ended = KeyturnProcess.run(settings, "", arguments);
        assertEquals(status, ended.status(), () -> String.join(" ", arguments) + ": " + ended);
        assertFalse((ended.out() + ended.err()).contains("\tat "), ended::toString);
        secrets().forEach(secret -> assertFalse((ended.out() + ended.err()).contains(secret), "a secret is shown"));
        return ended;
    }

    private List<String> secrets() {
        try {
            return ring().keys().stream().map(key -> key.secret().reveal()).toList();
        } catch (KeyRingStoreException e) {
            throw new AssertionError(e);
        }
    }

    private JsonNode json(int status, String... arguments) throws IOException {
        return JSON.readTree(run(status, arguments).out().lines().reduce((before, last) -> last).orElseThrow());
    }

    private KeyRing ring() throws KeyRingStoreException {
        return new FileKeyRingStore(folder.resolve("ring.json")).read().orElseThrow().ring();
    }

    private static Map<String, String> pairs(KeyFile file) {
        var pairs = new LinkedHashMap<String, String>();
        file.pairs().forEach((key, secret) -> pairs.put(key.value(), secret.reveal()));
        return pairs;
    }

    /** What the operator does: takes the file that Keyturn writes to LiveKit, and restarts it. */
    private void deliver() throws IOException {
        liveKit.restart(pairs(KeyFile.read(Files.readString(folder.resolve("keys.yaml")))));
    }

    @Test
    void a_turn_step_by_step_with_the_key_file_carried_by_hand() throws Exception {
        var keyFile = folder.resolve("keys.yaml");
        assertTrue(run(0, "rotate").out().startsWith("Nothing to do; next, a new key is staged, "));
        assertTrue(run(0, "rotate", "--now", "--dry-run").out().startsWith("Would stage a new key: it was asked for"));
        assertEquals(first, ring());
        run(0, "rotate", "--now");
        var staged = ring().in(KeyState.STAGED).get(0).key();

        var waiting = run(3, "rotate", "--key-file", keyFile.toString());
        assertTrue(waiting.out().contains("refuses key " + staged), waiting.out());
        assertTrue(waiting.out().contains(liveKit.url().substring("http://".length())), waiting.out());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(keyFile)));
        assertEquals(staged, KeyFile.read(Files.readString(keyFile)).pairs().keySet().stream()
                .reduce((before, last) -> last).orElseThrow(), "the new key is the last");

        deliver();
        var promoted = json(0, "rotate", "--json");
        assertEquals("done promote", promoted.path("outcome").asText() + " " + promoted.path("step").asText());
        assertEquals(staged, ring().active().key());

        // 1 s staleness, 1 s TTL and twice 5 s of leeway later the old key may go, and LiveKit still has it
        var held = run(3, "rotate", "--wait=20s", "--key-file", keyFile.toString());
        assertTrue(held.out().contains("still accepts key " + first.active().key()), held.out());
        deliver();
        var over = run(0, "rotate", "--wait=30s");
        assertTrue(over.out().contains("drop [" + first.active().key() + "] from the ring"), over.out());
        assertEquals(1, ring().keys().size());
    }

    @Test
    void a_key_that_does_not_arrive_blocks_after_a_while_and_can_be_given_up() throws Exception {
        settings.put("keyturn.rotation.late-after", "1ms");
        run(0, "rotate", "--now");
        var blocked = json(4, "rotate", "--json");
        assertEquals("blocked", blocked.path("outcome").asText());
        assertFalse(blocked.path("since").asText().isEmpty());
        assertTrue(run(4, "status").out().contains("blocked since"));

        assertTrue(run(0, "rotate", "--abort").out().contains("is given up"));
        assertEquals(first.keys(), ring().keys());
        assertTrue(run(0, "rotate", "--abort").out().contains("nothing to give up"));
    }

    @Test
    void a_stranger_that_says_yes_to_everybody_proves_nothing() throws Exception {
        var stranger = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        stranger.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("OK".getBytes());
            exchange.close();
        });
        stranger.start();
        try {
            settings.put("keyturn.rotation.nodes",
                    liveKit.url() + ",http://127.0.0.1:" + stranger.getAddress().getPort());
            run(0, "rotate", "--now");
            var refused = run(4, "rotate");
            assertTrue(refused.out().contains("accepts a key that nobody has"), refused.out());
            assertEquals(first.active(), ring().active());
        } finally {
            stranger.stop(0);
        }
    }

    @Test
    void a_key_that_was_found_out_is_gone_without_waiting_for_its_tokens() throws Exception {
        settings.put("keyturn.rotation.agents-drain", "10h");
        var found = first.active().key().value();
        var listed = run(0, "rotate", "--compromised", found);
        assertTrue(listed.out().contains("nobody is in a room"), listed.out());
        assertTrue(ring().find(first.active().key()).orElseThrow().compromised());
        run(3, "rotate", "--key-file", folder.resolve("keys.yaml").toString());
        deliver();
        run(0, "rotate");
        run(3, "rotate", "--key-file", folder.resolve("keys.yaml").toString());
        deliver();
        run(0, "rotate");
        assertEquals(1, ring().keys().size());
        assertTrue(ring().find(first.active().key()).isEmpty());
        assertTrue(run(1, "rotate", "--compromised", found).out().contains("there is no key " + found));
    }

    @Test
    void whose_sessions_a_key_that_was_found_out_ends_is_said() throws Exception {
        var active = first.active();
        var grant = new Grant("standup", "ann", "", "", Map.of(),
                VideoGrants.PARTICIPANT, RoomConfig.NONE, Duration.ofMinutes(5));
        var token = new TokenWriter().write(active, grant, Instant.now(), "ann");
        var socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(
                URI.create(liveKit.wsUrl() + "/rtc?protocol=9&sdk=js&access_token=" + token),
                new WebSocket.Listener() {}).join();
        var rooms = RoomServiceClient.createClient(liveKit.url(), active.key().value(), active.secret().reveal());
        while (rooms.listParticipants("standup").execute().body().isEmpty()) {
            Thread.onSpinWait(); // each question takes a millisecond
        }
        var listed = run(0, "rotate", "--compromised", active.key().value());
        assertTrue(listed.out().contains("room standup: ann"), listed.out());
        socket.abort();
    }

    @Test
    void status_shows_ring_nodes_and_clocks() throws Exception {
        var table = run(0, "status").out();
        assertTrue(table.contains("ACTIVE") && table.contains("accepts"), table);
        assertTrue(table.contains("delivered by you"), table);
        assertFalse(table.contains("\u001B["), "colours where there is no terminal");
        var status = json(0, "status", "--json");
        assertEquals("accepts", status.at("/nodes/0/keys/" + first.active().key()).asText());
        assertTrue(Math.abs(status.at("/nodes/0/clock_ahead_seconds").asDouble(99)) <= 2, status::toString);
        assertEquals("nothing", status.at("/next/outcome").asText());
        assertEquals(12, status.path("hold_seconds").asInt());

        liveKit.restart(Map.of("APIother", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
        assertTrue(run(4, "status").out().contains("every new token is refused by"));
    }

    @Test
    void what_is_missing_is_a_sentence() {
        settings.put("keyturn.rotation.nodes", "http://nobody.invalid:7880");
        run(0, "rotate", "--now");
        assertTrue(run(1, "rotate").out().contains("keyturn.rotation.nodes"));
        settings.remove("keyturn.rotation.nodes");
        assertTrue(run(1, "rotate").err().contains("keyturn.rotation.nodes is not set"));
        settings.remove("keyturn.rotation.longest-ttl");
        assertTrue(run(1, "rotate").err().contains("keyturn.policy.file"));
        assertTrue(run(2, "rotate", "--wait=soon").err().contains("--wait is a time"));
        assertTrue(run(2, "rotate", "--abort", "--now").err().contains("--abort"));
    }
}
