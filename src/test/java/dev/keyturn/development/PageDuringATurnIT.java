package dev.keyturn.development;

import static dev.keyturn.development.DevelopmentPageIT.haveLiveKitClient;
import static dev.keyturn.development.DevelopmentPageIT.picture;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.keyturn.TestKeys;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.servers.Browser;
import dev.keyturn.servers.DevelopmentServer;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever is in a room by the page stays there while the keys turn, and sees them turn: the ring is a file, LiveKit is
 * restarted on its key file by the rotation's own command, and the server takes the steps.
 */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.CHROMIUM, ServerBinary.BROWSER})
class PageDuringATurnIT {

    private static final String IN_ROOM = "document.querySelector('#room-status').innerText.startsWith('In room')";

    @TempDir
    static Path folder;

    private final AtomicInteger restarts = new AtomicInteger();

    @Test
    void the_page_stays_in_its_room_and_shows_the_keys_turn() throws Exception {
        var old = TestKeys.staged("old", Instant.now());
        var ring = new FileKeyRingStore(folder.resolve("ring.json"));
        var first = ring.write(KeyRing.first(old, Instant.now()), null);
        try (var liveKit = LiveKitServer.start(Map.of(old.key().value(), old.secret().reveal()));
                var server = DevelopmentServer.start(settings(liveKit)); var browser = Browser.local()) {
            haveLiveKitClient(server);
            var ada = browser.page(server.url(), 1240, "light");
            ada.click("#join");
            ada.await(IN_ROOM);
            var bob = browser.page(server.url(), 1240, "dark");
            bob.click("#join");
            bob.await("document.querySelectorAll('#people li').length === 2");

            var next = SigningKey.generate(new SecureRandom(), Instant.now());
            ring.write(first.ring().stage(next), first); // what 'keyturn rotate --now' does; the server does the rest
            awaitLog(ada, next, "is staged");
            picture(ada, "turn-staged");
            awaitLog(ada, next, "is promoted");
            awaitLog(bob, old, "is retiring");
            ada.await("document.querySelector('.RETIRING .chip')");
            picture(ada, "turn-promoted");
            picture(bob, "turn-promoted-dark");
            assertTrue(restarts.get() > 0, "LiveKit was not restarted");

            awaitLog(ada, old, "is dropped");
            ada.await(IN_ROOM);
            bob.await(IN_ROOM);
            ada.await("document.querySelectorAll('#people li').length === 2");
            ada.click("#ask");
            ada.await("document.querySelector('#signer')?.innerText.includes('" + next.key() + " (ACTIVE)')");
            picture(ada, "turn-done");
            DevelopmentPageIT.assertNoErrors(ada, "net::ERR_CONNECTION_REFUSED", "401 (Unauthorized)",
                    "HTTP Authentication failed"); // of a refresh token of the old key, after which it asks anew
        }
    }

    private static void awaitLog(Browser.Page page, SigningKey key, String what) {
        page.await("document.querySelector('#keys-log').innerText.includes('" + key.key() + " " + what + "')");
    }

    private Map<String, String> settings(LiveKitServer liveKit) throws Exception {
        var restart = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        restart.createContext("/", exchange -> {
            liveKit.restart();
            restarts.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        restart.start();
        var policy = Files.writeString(folder.resolve("policy.yaml"), """
                rules:
                  - {name: guests, for: anonymous, rooms: [standup], identity: guest-*, may_set: [participant_name], ttl: 30s}
                """);
        return Map.ofEntries(Map.entry("keyturn.livekit.url", liveKit.wsUrl()),
                Map.entry("keyturn.rotation.nodes", liveKit.url()),
                Map.entry("keyturn.ring.store", "file"),
                Map.entry("keyturn.ring.file.path", folder.resolve("ring.json").toString()),
                Map.entry("keyturn.ring.refresh", "1s"),
                Map.entry("keyturn.ring.max-staleness", "5s"),
                Map.entry("keyturn.rotation.every", "1s"),
                Map.entry("keyturn.rotation.target", "file"),
                Map.entry("keyturn.rotation.file.path", liveKit.keyFile().toString()),
                Map.entry("keyturn.rotation.file.command",
                        "curl,-sS,-X,POST,http://127.0.0.1:" + restart.getAddress().getPort()),
                Map.entry("keyturn.rotation.settle", "1s"),
                Map.entry("keyturn.rotation.leeway", "1s"),
                Map.entry("keyturn.rotation.agents-drain", "0s"),
                Map.entry("keyturn.policy.file", policy.toString()),
                Map.entry("keyturn.rotation.reorder", "false"));
    }
}
