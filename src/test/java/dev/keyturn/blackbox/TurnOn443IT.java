package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestAuthority;
import dev.keyturn.servers.Browser;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.NginxServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.Skip;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** TURN/TLS on port 443 beside HTTPS, told apart by name, for people whose network lets nothing else out. */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.NGINX, ServerBinary.CHROMIUM, ServerBinary.BROWSER,
    ServerBinary.CERTUTIL})
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TurnOn443IT {

    @TempDir
    static Path folder;

    private static IngressScene scene;
    private static NginxServer nginx;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        if (!NginxServer.maySitOn443()) {
            throw Skip.loudly(TurnOn443IT.class, "TURN's clients insist on port 443, which this user may not take on any"
                    + " loopback address, or it is taken on all: run as root, or allow it"
                    + " (sysctl net.ipv4.ip_unprivileged_port_start=80)");
        }
        scene = new IngressScene(folder);
        nginx = scene.nginx();
        browser = scene.browser(nginx.https());
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser == null) {
            return; // skipped, or it did not come so far
        }
        browser.close();
        nginx.close();
        scene.close();
    }

    /** Joins by nothing but TURN, and says by what its media goes: {@code relay tls}, or why it is not in the room. */
    private static String joined(String who) {
        var page = browser.page(IngressScene.APP);
        var answer = page.attempt("""
                const answer = await fetch('https://tokens.example.com/token', {method: 'POST', body: '{}',
                    headers: {authorization: 'Bearer %s', 'content-type': 'application/json'}});
                const {server_url, participant_token} = await answer.json();
                const room = new LivekitClient.Room();
                await room.connect(server_url, participant_token, {maxRetries: 0, peerConnectionTimeout: 5000,
                    rtcConfig: {iceTransportPolicy: 'relay'}});
                await room.localParticipant.setMicrophoneEnabled(true);
                const publisher = room.engine.pcManager.publisher;
                const stats = await publisher.getStats();
                const all = [...stats.values()];
                const pair = all.find(s => s.type === 'candidate-pair' && s.nominated);
                const local = stats.get(pair.localCandidateId);
                return `${local.candidateType} ${local.relayProtocol} ${local.url}`;
                """.formatted(scene.bearer(who)));
        return answer.path("value").asText(answer.path("error").asText() + answer.path("console"));
    }

    @Test
    @Order(1)
    void a_client_that_may_only_relay_is_in_the_room_by_turns_on_443() {
        assertEquals("relay tls turns:turn.example.com:443?transport=tcp", joined("ann"), scene.liveKit.log());
    }

    @Test
    @Order(2)
    void nginx_logs_no_token_of_it() {
        IngressScene.assertNoToken(nginx);
    }

    @Test
    @Order(3)
    void a_certificate_for_another_name_is_refused_by_the_client() throws Exception {
        refused("ben", scene.authority.leaf("dns:other.example.com"));
    }

    @Test
    @Order(4)
    void an_expired_certificate_is_refused_by_the_client() throws Exception {
        refused("cora", scene.authority.expired("dns:" + IngressScene.TURN));
    }

    private static void refused(String who, TestAuthority.Leaf leaf) throws Exception {
        scene.turnShows(leaf);
        scene.liveKit.restart();
        var before = refusals();
        var why = joined(who);
        assertTrue(why.contains("could not establish pc connection"), why);
        assertTrue(refusals() > before, "it was not for the certificate:\n" + scene.liveKit.log());
    }

    /** What clients have said to LiveKit about its certificate. */
    private static long refusals() {
        return scene.liveKit.log().lines().filter(line -> line.contains("tls: unknown certificate")).count();
    }
}
