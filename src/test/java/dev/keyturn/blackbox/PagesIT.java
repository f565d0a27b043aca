package dev.keyturn.blackbox;

import static dev.keyturn.blackbox.IngressScene.APP;
import static dev.keyturn.blackbox.IngressScene.FOREIGN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.servers.Browser;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.NginxServer;
import dev.keyturn.servers.ServerBinary;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pages in a real browser can do through nginx: CORS as it enforces it, and a room by livekit-client. */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.NGINX, ServerBinary.CHROMIUM, ServerBinary.BROWSER,
    ServerBinary.CERTUTIL})
class PagesIT {

    @TempDir
    static Path folder;

    private static IngressScene scene;
    private static NginxServer nginx;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        scene = new IngressScene(folder);
        nginx = scene.nginx();
        browser = scene.browser(nginx.https());
    }

    @AfterAll
    static void stop() throws Exception {
        browser.close();
        nginx.close();
        scene.close();
    }

    @Test
    void a_page_of_the_allowed_origin_gets_a_token() {
        var answer = browser.page(APP).run(fetch(scene.bearer("ann"), "{}"));
        assertEquals(201, answer.path("status").intValue(), answer.toString());
        assertTrue(answer.path("body").asText().contains("participant_token"), answer.toString());
    }

    @Test
    void a_page_of_a_foreign_origin_does_not() {
        var answer = browser.page(FOREIGN).attempt(fetch(scene.bearer("ann"), "{}"));
        assertTrue(answer.path("error").asText().contains("Failed to fetch"), answer.toString());
        assertTrue(answer.path("console").toString().contains("blocked by CORS policy"), answer.toString());
    }

    @Test
    void a_page_reads_what_went_wrong() {
        var page = browser.page(APP);
        assertProblem(401, "", page.run(fetch("bad", "{}")));
        assertProblem(400, "", page.run(fetch(scene.bearer("ann"), "{")));
        assertProblem(403, "room_name", page.run(fetch(scene.bearer("ann"), "{\"room_name\": \"secret\"}")));
        var tooMuch = "{\"participant_metadata\": \"" + "x".repeat(100_000) + "\"}";
        assertProblem(413, "", page.run(fetch(scene.bearer("ann"), tooMuch)));
        var hasty = scene.issuer.bearer(Map.of("sub", "hasty", "hasty", true));
        assertEquals(201, page.run(fetch(hasty, "{}")).path("status").intValue());
        var limited = page.run(fetch(hasty, "{}"));
        assertProblem(429, "", limited);
        assertTrue(limited.path("retryAfter").asInt() > 0, limited.toString());
    }

    private static void assertProblem(int status, String field, JsonNode answer) {
        assertEquals(status, answer.path("status").intValue(), answer.toString());
        assertEquals("application/problem+json", answer.path("type").asText(), answer.toString());
        assertTrue(answer.path("body").asText().contains(field), answer.toString());
    }

    private static String fetch(String bearer, String body) {
        return """
                const answer = await fetch('https://tokens.example.com/token', {method: 'POST', body: `%s`,
                    headers: {authorization: 'Bearer %s', 'content-type': 'application/json'}});
                return {status: answer.status, type: answer.headers.get('content-type'),
                    retryAfter: answer.headers.get('retry-after'), body: await answer.text()};
                """.formatted(body, bearer);
    }

    @Test
    void two_people_hear_each_other_by_wss_and_no_log_has_their_tokens() {
        var ann = browser.page(APP);
        ann.run(join("ann") + "await room.localParticipant.setMicrophoneEnabled(true);");
        var ben = browser.page(APP);
        var heard = ben.run(join("ben") + """
                const track = await new Promise(subscribed => {
                    room.on(LivekitClient.RoomEvent.TrackSubscribed, subscribed);
                    room.remoteParticipants.forEach(other => other.trackPublications.forEach(
                        publication => publication.track && subscribed(publication.track)));
                });
                const until = Date.now() + 10000;
                while (!((await track.getReceiverStats())?.bytesReceived > 0) && Date.now() < until) {
                    await new Promise(soon => setTimeout(soon, 50));
                }
                return (await track.getReceiverStats())?.bytesReceived > 0 ? track.kind : 'nothing';
                """);
        assertEquals("audio", heard.asText());
        ann.run("await room.disconnect();");
        ben.run("await room.disconnect();"); // the access log has a WebSocket's line when it has ended
        scene.keyturn.await("the access log has both WebSockets", () -> Pattern.compile("\"GET /rtc[^ ]*\" 101")
                .matcher(nginx.accessLog()).results().count() >= 2);
        IngressScene.assertNoToken(nginx);
    }

    private static String join(String who) {
        return """
                const answer = await fetch('https://tokens.example.com/token', {method: 'POST',
                    body: '{"room_name": "lobby"}',
                    headers: {authorization: 'Bearer %s', 'content-type': 'application/json'}});
                const {server_url, participant_token} = await answer.json();
                window.room = new LivekitClient.Room();
                const room = window.room;
                await room.connect(server_url, participant_token);
                """.formatted(scene.bearer(who));
    }
}
