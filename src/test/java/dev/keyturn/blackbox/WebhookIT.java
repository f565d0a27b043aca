package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestKeys;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrants;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.WebhookListener;
import dev.keyturn.tokens.TestWebhooks;
import dev.keyturn.tokens.TokenWriter;
import io.livekit.server.RoomServiceClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real LiveKit sends its webhooks to Keyturn, and two applications get them under keys of their own. */
@NeedsServer(ServerBinary.LIVEKIT)
class WebhookIT {

    private static final SigningKey A = TestKeys.staged("APIwebhookA");
    private static final SigningKey B = TestKeys.staged("APIwebhookB");

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final WebhookListener billing = WebhookListener.start("APIbilling", TestKeys.secretOf("billing"));
    private final WebhookListener minutes = WebhookListener.start("APIminutes", TestKeys.secretOf("minutes"));
    private FileKeyRingStore store;
    private KeyturnProcess keyturn;
    private LiveKitServer liveKit;

    @BeforeEach
    void start() throws KeyRingStoreException {
        store = new FileKeyRingStore(folder.resolve("ring.json"));
        store.write(KeyRing.first(A, Instant.now()), null);
        var settings = new HashMap<>(Map.of("keyturn.ring.file.path", folder.resolve("ring.json").toString(),
                "keyturn.ring.refresh", "1s"));
        settings.putAll(billing.settings("billing"));
        settings.putAll(minutes.settings("minutes"));
        keyturn = KeyturnProcess.serve(settings);
        liveKit = LiveKitServer.start(keys(A), "webhook: {api_key: " + A.key() + ", urls: [\"" + keyturn.url()
                + "/webhook\"]}");
    }

    @AfterEach
    void stop() {
        liveKit.close();
        keyturn.close();
        billing.close();
        minutes.close();
    }

    private static Map<String, String> keys(SigningKey... keys) {
        var pairs = new HashMap<String, String>();
        for (var key : keys) {
            pairs.put(key.key().value(), key.secret().reveal());
        }
        return pairs;
    }

    /** Joins as an SDK does, by LiveKit's signalling connection. */
    private void join(String room, SigningKey key) {
        var grant = new Grant(room, "alice", "", "", Map.of(), VideoGrants.PARTICIPANT, RoomConfig.NONE,
                Duration.ofMinutes(10));
        var token = new TokenWriter().write(key, grant, Instant.now(), "id");
        http.newWebSocketBuilder().buildAsync(URI.create(liveKit.wsUrl()
                + "/rtc?protocol=9&sdk=js&auto_subscribe=1&access_token=" + token), new WebSocket.Listener() {}).join();
    }

    private void end(String room, SigningKey key) throws IOException {
        var answer = RoomServiceClient.createClient(liveKit.url(), key.key().value(), key.secret().reveal())
                .deleteRoom(room).execute();
        assertTrue(answer.isSuccessful(), answer.toString());
    }

    private void awaitEvent(WebhookListener listener, String event, String room) {
        keyturn.await(event + " of " + room, () -> listener.events().stream().anyMatch(
                came -> came.startsWith(event + " " + room + " ")));
    }

    @Test
    void what_happens_in_livekit_reaches_every_receiver_also_one_that_was_away() throws IOException {
        join("first", A);
        awaitEvent(billing, "room_started", "first");
        awaitEvent(minutes, "room_started", "first");
        minutes.answers(503);
        for (int i = 0; i < 5; i++) {
            join("room-" + i, A);
            awaitEvent(billing, "room_started", "room-" + i);
            end("room-" + i, A);
        }
        for (int i = 0; i < 5; i++) {
            awaitEvent(billing, "room_finished", "room-" + i);
        }
        assertTrue(keyturn.metric("keyturn_webhooks_queued{receiver=\"minutes\"}") >= 10);
        minutes.answers(200);
        for (int i = 0; i < 5; i++) {
            var room = "room-" + i;
            awaitEvent(minutes, "room_finished", room);
            assertEquals(of(room, billing), of(room, minutes), "each event once, in the order of the room");
        }
        assertEquals(0, keyturn.metric("keyturn_webhooks_dropped_total{reason=\"gave_up\",receiver=\"minutes\"}"));
    }

    private static List<String> of(String room, WebhookListener listener) {
        return listener.events().stream().filter(event -> event.contains(" " + room + " ")).toList();
    }

    private void ring(long version, UnaryOperator<KeyRing> move) throws KeyRingStoreException {
        var stored = store.read().orElseThrow();
        store.write(move.apply(stored.ring()), stored);
        keyturn.await("ring " + version, () -> keyturn.metric("keyturn_ring_version") == version);
    }

    /** An event that LiveKit signs with a key of this state arrives everywhere. */
    private void happens(int number, SigningKey joinsWith, String state) {
        var series = "keyturn_webhooks_total{event=\"room_started\",key_state=\"" + state + "\"}";
        var before = keyturn.metric(series);
        join("turn-" + number, joinsWith);
        awaitEvent(billing, "room_started", "turn-" + number);
        awaitEvent(minutes, "room_started", "turn-" + number);
        assertEquals(Double.isNaN(before) ? 1 : before + 1, keyturn.metric(series), keyturn.log());
    }

    @Test
    void a_turn_of_the_keys_loses_no_event_and_a_dropped_key_is_refused() throws Exception {
        var signsWithB = Map.of("LIVEKIT_WEBHOOK_API_KEY", B.key().value());
        happens(1, A, "ACTIVE");
        ring(2, held -> held.stage(B));
        liveKit.restart(keys(A, B));
        happens(2, A, "ACTIVE");
        ring(3, held -> held.promote(B.key(), Instant.now()));
        happens(3, B, "RETIRING");
        liveKit.restart(keys(A, B), signsWithB);
        happens(4, A, "ACTIVE");
        liveKit.restart(keys(B), signsWithB);
        happens(5, B, "ACTIVE");
        ring(4, held -> held.drop(A.key()));
        happens(6, B, "ACTIVE");
        var refused = "keyturn_webhooks_refused_total{reason=\"unknown_key\"}";
        assertEquals(0, keyturn.metric(refused));

        assertEquals(401, post(A, TestWebhooks.event("room_started", "EV_forged", "turn-7")));
        assertEquals(1, keyturn.metric(refused));
        liveKit.restart(keys(A, B)); // its configuration file still names the dropped key
        join("turn-8", B);
        keyturn.await("LiveKit's webhook is refused", () -> keyturn.metric(refused) > 1);
        for (var listener : List.of(billing, minutes)) {
            assertEquals(IntStream.rangeClosed(1, 6).mapToObj(i -> "turn-" + i).toList(), listener.events().stream()
                    .filter(event -> event.startsWith("room_started ")).map(event -> event.split(" ")[1]).toList());
        }
    }

    private int post(SigningKey key, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(keyturn.url() + "/webhook"))
                .header("Content-Type", "application/webhook+json")
                .header("Authorization", TestWebhooks.token(key, body, Instant.now()))
                .POST(BodyPublishers.ofString(body)).build();
        return http.send(request, BodyHandlers.discarding()).statusCode();
    }
}
