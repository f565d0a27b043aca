package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestKeys;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrants;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.WebhookListener;
import dev.keyturn.tokens.TestWebhooks;
import dev.keyturn.tokens.TokenWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing of a webhook's body or token, of a token that somebody asks about, or of a receiver's secret is found in
 * anything that the program says, at any log level, whatever receivers do.
 */
class WebhookCanaryIT {

    private static final String JSON = "application/webhook+json";

    @TempDir
    Path folder;

    private final Canaries canaries = new Canaries();
    private final SigningKey key = SigningKey.staged(TestKeys.staged("APIcanary").key(),
            ApiSecret.of(canaries.plant("the ring's secret", "canary-ring-" + "r".repeat(32))),
            Instant.EPOCH);
    private KeyturnProcess keyturn;

    @Test
    void nothing_of_a_secret_is_said_whatever_comes_and_whatever_receivers_do() throws Exception {
        new FileKeyRingStore(folder.resolve("ring.json")).write(KeyRing.first(key, Instant.EPOCH), null);
        try (var good = listener("good"); var refusing = listener("refusing"); var hanging = listener("hanging");
                var issuer = TestIssuer.start("https://id.example", "ES256", Clock.systemUTC())) {
            refusing.answers(400);
            hanging.hang();
            var settings = new HashMap<>(Map.of("keyturn.ring.file.path", folder.resolve("ring.json").toString(),
                    "quarkus.log.level", "DEBUG", "quarkus.log.category.\"dev.keyturn\".level", "TRACE",
                    "keyturn.webhooks.receivers.ring.url", good.url(),
                    "keyturn.webhooks.receivers.ring.key", "APIother",
                    "keyturn.webhooks.receivers.ring.secret", key.secret().reveal()));
            settings.putAll(issuer.settings("main", folder));
            settings.putAll(good.settings("good"));
            settings.putAll(refusing.settings("refusing"));
            settings.putAll(hanging.settings("hanging"));
            settings.put("keyturn.webhooks.receivers.hanging.timeout", "100ms");
            try (var started = KeyturnProcess.serve(settings)) {
                keyturn = started;
                webhooks(good);
                introspections(issuer);
                for (var page : new String[] {"/metrics", "/q/health"}) {
                    canaries.heard(page, keyturn.management(page).body());
                }
                var log = keyturn.end();
                for (var said : List.of(" DEBUG ", "status that is final", "this server ended first")) {
                    assertTrue(log.contains(said), said + " is not in " + log);
                }
                canaries.heard("the log", log);
            }
        }
        canaries.assertSilence();
    }

    private WebhookListener listener(String name) {
        return WebhookListener.start("API" + name,
                canaries.plant("the secret of " + name, "canary-receiver-" + name + "-" + "s".repeat(32)));
    }

    private void webhooks(WebhookListener good) throws IOException, InterruptedException {
        canaries.plant("a room's TURN password", "canary-turn-password");
        var event = TestWebhooks.event("room_started", canaries.plant("an event's id", "canary-EV-0001"),
                canaries.plant("a room's name", "canary-room-name"));
        var token = canaries.plantToken("a webhook's token", TestWebhooks.token(key, event, Instant.now()));
        post(200, "/webhook", JSON, token, event);
        post(200, "/webhook", JSON, token, event);
        post(401, "/webhook", JSON, token, event + " ");
        post(401, "/webhook", JSON, canaries.plantToken("a foreign token",
                TestWebhooks.token(TestKeys.staged("APIx"), event, Instant.now())), event);
        post(401, "/webhook", JSON, "Bearer canary-turn-password", event);
        post(415, "/webhook", "text/plain", token, event);
        post(413, "/webhook", JSON, token, event + " ".repeat(3 << 20));
        var broken = event.substring(0, event.length() - 4);
        post(400, "/webhook", JSON, TestWebhooks.token(key, broken, Instant.now()), broken);
        keyturn.await("it is relayed", () -> !good.events().isEmpty());
    }

    private void introspections(TestIssuer issuer) throws IOException, InterruptedException {
        var grant = new Grant("r", "alice", "", canaries.plant("metadata", "canary-metadata"), Map.of(),
                VideoGrants.PARTICIPANT, RoomConfig.NONE, Duration.ofMinutes(10));
        var token = new TokenWriter().write(key, grant, Instant.now(), "id");
        canaries.plantToken("a token", token);
        var bearer = "Bearer " + canaries.plantToken("a bearer", issuer.bearer(Map.of()));
        var form = "application/x-www-form-urlencoded";
        post(200, "/introspect", form, bearer, "token=x" + token);
        post(400, "/introspect", form, bearer, "token=" + token + "&token=" + token);
        post(400, "/introspect", form, bearer, "token=" + token + "%");
        post(401, "/introspect", form, "Bearer " + token, "token=" + token);
    }

    private void post(int status, String path, String contentType, String authorization, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(keyturn.url() + path)).header("Content-Type", contentType)
                .header("Authorization", authorization).POST(BodyPublishers.ofString(body)).build();
        var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertEquals(status, answer.statusCode(), answer.body());
        canaries.heard("an answer " + status, answer.body() + answer.headers().map());
    }
}
