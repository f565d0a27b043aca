package dev.keyturn.blackbox;

import static dev.keyturn.blackbox.IngressScene.APP;
import static dev.keyturn.blackbox.IngressScene.FOREIGN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.DocumentBlock;
import dev.keyturn.TestKeys;
import dev.keyturn.servers.Browser;
import dev.keyturn.servers.JsSdk;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.NginxServer;
import dev.keyturn.servers.ServerBinary;
import io.livekit.server.RoomServiceClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LiveKit's JavaScript SDK and its React hook in pages: what docs/clients.md says of them. */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.NGINX, ServerBinary.CHROMIUM, ServerBinary.BROWSER,
    ServerBinary.CLIENTS, ServerBinary.CERTUTIL})
class BrowserSdkIT {

    @TempDir
    static Path folder;

    private static IngressScene scene;
    private static NginxServer nginx;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        scene = new IngressScene(folder);
        nginx = scene.nginx();
        var scripts = new HashMap<String, Path>();
        for (var version : JsSdk.values()) {
            scripts.put(version.name(), version.script());
        }
        scripts.put("session", JsSdk.sessionPage(folder));
        browser = scene.browser(nginx.https(), scripts);
    }

    @AfterAll
    static void stop() throws Exception {
        browser.close();
        nginx.close();
        scene.close();
    }

    private static String fetch(String bearer, String options) {
        return """
                const source = LivekitClient.TokenSource.endpoint('https://tokens.example.com/token',
                    {headers: {Authorization: 'Bearer %s'}});
                const {serverUrl, participantToken} = await source.fetch(%s);
                """.formatted(bearer, options);
    }

    @Test
    void old_and_new_versions_meet_in_a_room() {
        var pages = new ArrayList<Browser.Page>();
        for (var version : List.of(JsSdk.V2_16, JsSdk.V2_20, JsSdk.NEWEST)) {
            var page = browser.page(APP + "/" + version);
            page.run(fetch(scene.bearer(version.name()), "{roomName: 'lobby-versions'}") + """
                    window.room = new LivekitClient.Room();
                    await room.connect(serverUrl, participantToken);
                    """);
            pages.add(page);
        }
        pages.forEach(page -> page.await("room.remoteParticipants.size === 2"));
        pages.forEach(page -> page.run("await room.disconnect()"));
    }

    @Test
    void the_lines_of_the_document_join() {
        var page = browser.page(APP + "/" + JsSdk.NEWEST);
        page.run("const {Room, TokenSource} = LivekitClient; const bearer = '" + scene.bearer("doc") + "';"
                + block("JavaScript").replaceFirst("import .*\n", "") + "window.room = room;");
        page.await("room.state === 'connected'");
        page.run("await room.disconnect()");
    }

    @Test
    void the_lines_of_the_document_try_again_where_it_makes_sense() {
        var page = browser.page(APP + "/" + JsSdk.NEWEST);
        var tries = block("Try again yourself") + """
                let tries = 0;
                await fetchToken({fetch: async (options, force) => {
                    if (++tries === 1) throw new Error('Error …: received %s / {"status": 499}');
                    return force;
                }}, {}).catch(e => {});
                return tries;
                """;
        assertEquals(2, page.run(tries.formatted(503)).intValue());
        assertEquals(2, page.run(tries.formatted(429)).intValue());
        assertEquals(1, page.run(tries.formatted(403)).intValue());
    }

    private static String block(String heading) {
        return DocumentBlock.of("docs/clients.md", heading, "js");
    }

    @Test
    void a_page_reads_in_the_error_what_keyturn_says() {
        var page = browser.page(APP + "/" + JsSdk.NEWEST);
        var refused = page.attempt(fetch(scene.bearer("ann"), "{roomName: 'secret'}")).path("error").asText();
        assertTrue(refused.contains("received 403 / {\"type\":") && refused.contains("room_name"), refused);
        var foreign = browser.page(FOREIGN + "/" + JsSdk.NEWEST);
        assertFailsToFetch(foreign.attempt(fetch(scene.bearer("ann"), "{}")));
    }

    @Test
    void a_session_takes_a_token_when_it_is_shown_and_one_when_it_has_ended() throws IOException {
        var page = session("rea");
        assertRequests(1, page);
        page.run("await session().start()");
        page.await("session().connectionState === 'connected'");

        scene.liveKit.restart();
        scene.keyturn.await("it is in the room of the new server, and knows", () -> isIn("lobby-rea", page));
        assertRequests(1, page); // LiveKit's own refresh token did

        rooms().deleteRoom("lobby-rea").execute();
        page.await("session().connectionState === 'disconnected'");
        assertRequests(2, page);

        page.run("await session().start()");
        assertRequests(2, page);
        page.run("await session().end()");
        assertRequests(3, page);
    }

    @Test
    void each_start_that_failed_costs_a_token_more_when_the_session_is_cut() throws IOException {
        var page = session("ray");
        assertRequests(1, page);
        page.run("away(true)");
        page.run("await session().end()");
        assertRequests(2, page);
        assertFailsToFetch(page.attempt("await session().start()"));
        assertFailsToFetch(page.attempt("await session().start()"));
        assertRequests(4, page);
        assertEquals("[\"TypeError: Failed to fetch\"]", page.run("return unhandled").toString()); // of end()

        page.run("away(false)");
        page.run("await session().start()");
        assertRequests(5, page);
        rooms().deleteRoom("lobby-ray").execute();
        page.await("session().connectionState === 'disconnected'");
        assertRequests(8, page); // one for each start
    }

    private static void assertFailsToFetch(JsonNode attempt) {
        assertTrue(attempt.path("error").asText().contains("Failed to fetch"), attempt.toString());
    }

    private static Browser.Page session(String who) {
        var page = browser.page(APP + "/session");
        page.run("show('https://tokens.example.com/token', {Authorization: 'Bearer %s'}, {roomName: 'lobby-%s'})"
                .formatted(scene.bearer(who), who));
        return page;
    }

    private static void assertRequests(int expected, Browser.Page page) {
        page.await("requests >= " + expected);
        assertEquals(expected, page.run("return requests").intValue());
    }

    private static RoomServiceClient rooms() {
        return RoomServiceClient.createClient(scene.liveKit.url(), "APIingress", TestKeys.secretOf("APIingress"));
    }

    /** Not yet if the server has somebody who is still coming: what it ends then, the page tries once more. */
    private static boolean isIn(String room, Browser.Page page) {
        try {
            var answer = rooms().listParticipants(room).execute();
            var connected = page.run("""
                    const {connectionState, room} = session();
                    return connectionState === 'connected' ? room.localParticipant.sid : 'not connected';
                    """).asText();
            return answer.isSuccessful() && answer.body().stream().anyMatch(each -> each.getSid().equals(connected));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
