package dev.keyturn.development;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrants;
import dev.keyturn.servers.Browser;
import dev.keyturn.servers.DevelopmentServer;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.tokens.TokenWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The page that a developer sees first, in a real browser with a fake microphone, on a real LiveKit. Pictures of it are
 * in target/screenshots.
 */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.CHROMIUM, ServerBinary.BROWSER})
class DevelopmentPageIT {

    private static final int WIDE = 1240;
    private static final int NARROW = 360;
    private static final String IN_ROOM = "document.querySelector('#room-status').innerText.startsWith('In room')";

    @TempDir
    static Path folder;

    private static LiveKitServer liveKit;
    private static TestIssuer issuer;
    private static DevelopmentServer server;
    private static Browser browser;

    @BeforeAll
    static void start() throws IOException {
        var policy = Files.writeString(folder.resolve("policy.yaml"), """
                rules:
                  - {name: guests, for: anonymous, rooms: ["standup*"], identity: guest-*, may_set: [participant_name]}
                  - {name: members, for: {issuer: "https://id.example.com"}, rooms: ["members-only"], identity: "{sub}"}
                """);
        liveKit = LiveKitServer.start(Map.of("devkey", "secret"));
        issuer = TestIssuer.start("https://id.example.com", "RS256", Clock.systemUTC());
        var settings = new HashMap<>(issuer.settings("main", folder));
        settings.putAll(Map.of("keyturn.livekit.url", liveKit.wsUrl(), "keyturn.rotation.nodes", liveKit.url(),
                "keyturn.policy.file", policy.toString()));
        server = DevelopmentServer.start(settings);
        haveLiveKitClient(server);
        browser = Browser.local();
    }

    @AfterAll
    static void stop() throws Exception {
        browser.close();
        server.close();
        issuer.close();
        liveKit.close();
    }

    /** As if npm had fetched it before. */
    static void haveLiveKitClient(DevelopmentServer server) throws IOException {
        var folder = Files.createDirectories(server.folder().resolve("target/page"));
        Files.createSymbolicLink(folder.resolve("node_modules"), ServerBinary.BROWSER.path());
    }

    static void picture(Browser.Page page, String name) throws IOException {
        page.picture(Files.createDirectories(Path.of("target/screenshots")).resolve(name + ".png").toAbsolutePath());
    }

    private static Browser.Page open() {
        return open(WIDE, "light");
    }

    private static Browser.Page open(int width, String scheme) {
        var page = browser.page(server.url(), width, scheme);
        page.await("document.querySelector('.ACTIVE .chip')");
        return page;
    }

    private static String text(Browser.Page page, String selector) {
        return page.run("return document.querySelector('" + selector + "').innerText").asText();
    }

    private static void set(Browser.Page page, String field, String value) {
        page.run("const it = document.getElementById('" + field + "'); it.value = '';"
                + "it.dispatchEvent(new Event('input', {bubbles: true}))");
        page.click("#" + field);
        page.type(value);
    }

    private static List<String> strings(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
    }

    /** None, but for what the browser itself says of an answer that is an error, or of none, from these. */
    static void assertNoErrors(Browser.Page page, String... expected) {
        var errors = strings(page.seen().path("errors")).stream()
                .filter(error -> Stream.of(expected).noneMatch(error::contains)).toList();
        assertEquals(List.of(), errors);
    }

    private static void assertFits(Browser.Page page) {
        assertTrue(page.run("return document.documentElement.scrollWidth <= innerWidth").booleanValue(),
                () -> "wider than the screen: " + page.run("return [...document.querySelectorAll('*')]"
                        + ".filter(e => e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML)"));
    }

    @Test
    void it_asks_nobody_but_keyturn_and_its_console_has_no_error() throws IOException {
        var page = open();
        picture(page, "start");
        assertEquals(List.of(server.url()), strings(page.seen().path("origins")));
        assertNoErrors(page);
    }

    @Test
    void a_decision_is_explained_and_the_token_laid_open() throws IOException {
        var page = open();
        page.click("#ask");
        page.await("document.querySelector('.claims')");
        picture(page, "explained");

        var answer = text(page, "#answer");
        assertTrue(answer.contains("Granted by rule guests") && answer.contains("guests: decides"), answer);
        var token = text(page, "#token");
        assertTrue(token.contains("Signed by key devkey (ACTIVE) · expires in ") && token.contains("guest-"), token);
        page.await("document.querySelector('#decisions').innerText.includes('granted by guests')");
        assertNoErrors(page);
    }

    @Test
    void a_refusal_teaches() throws IOException {
        var page = open();
        set(page, "room_name", "secret");
        page.press("Enter");
        page.await("document.querySelector('.teaching')");
        picture(page, "refused");

        var answer = text(page, "#answer");
        assertTrue(answer.contains("403 Not allowed") && answer.contains("docs/problems.md: not-allowed"), answer);
        assertEquals("room_name", page.run("return document.querySelector('[aria-invalid]').id").asText());
        assertEquals(text(page, ".refusal .detail"), text(page, "#field-error"));
        assertNoErrors(page, "403 (Forbidden) " + server.url() + "/token");
    }

    @Test
    void a_bearer_is_laid_open_and_refused_by_its_own_problem() {
        var page = open();
        page.click("[value=bearer]");
        set(page, "bearer", "Bearer e30." + Base64.getUrlEncoder().encodeToString(
                "{\"iss\": \"https://id.example.com\", \"sub\": \"ada\"}".getBytes(StandardCharsets.UTF_8)) + ".c2ln");
        page.await("document.querySelector('#bearer-claims').innerText.includes('\"sub\": \"ada\"')");
        page.click("#ask");
        page.await("document.querySelector('.teaching')?.innerText.includes('not-authenticated')");
        assertNoErrors(page, "401 (Unauthorized) " + server.url() + "/dev/explain");
    }

    @Test
    void who_has_a_bearer_joins_by_the_rule_for_it() throws IOException {
        var page = open();
        page.click("[value=bearer]");
        set(page, "bearer", issuer.bearer(Map.of("sub", "ada")));
        set(page, "room_name", "members-only");
        set(page, "participant_name", "");
        page.click("#join");
        page.await(IN_ROOM);
        assertEquals("In room members-only", text(page, "#room-status"));
        var answer = text(page, "#answer");
        assertTrue(answer.contains("Granted by rule members"), answer);
        page.await("document.querySelector('#people').innerText.includes('ada')");
        picture(page, "bearer");

        page.click("[value='']");
        page.click("#ask");
        page.await("document.querySelector('.teaching')?.innerText.includes('not-allowed')");
        page.click("#join");
        assertNoErrors(page, "403 (Forbidden) " + server.url() + "/token");
    }

    @Test
    void whoever_has_no_mouse_joins_and_hears_who_comes() throws IOException {
        var ada = open();
        while (!ada.run("return document.activeElement.id").asText().equals("join")) {
            ada.press("Tab");
            assertFalse(ada.run("return document.activeElement === document.body").booleanValue(), "no way there");
        }
        ada.press("Enter");
        ada.await(IN_ROOM);
        assertTrue(isHeard(ada, "Ada"));

        var bob = open();
        set(bob, "participant_name", "Bob");
        bob.click("#join");
        bob.await(IN_ROOM);
        assertTrue(isHeard(ada, "Bob"));
        bob.await("document.querySelectorAll('#people li').length === 2");
        ada.await("document.querySelectorAll('#people .key').length === 2");
        assertTrue(text(ada, "#people").contains("token signed by devkey"), () -> text(ada, "#people"));

        bob.run("const room = new LivekitClient.Room();"
                + "await room.connect('" + liveKit.wsUrl() + "', '" + tokenOfSomebodyElse() + "');");
        ada.await("document.querySelector('#people').innerText.includes('token not issued here')");
        picture(ada, "joined");

        ada.click("#mute");
        ada.await("[...document.querySelectorAll('#people .hint')].some(it => it.innerText.includes('muted'))");
        ada.click("#join");
        ada.await("document.querySelector('#room-status').innerText === 'Not in a room.'");
        bob.await("document.querySelector('#room-log').innerText.includes('Ada')");
        assertNoErrors(ada);
        assertNoErrors(bob);
    }

    /** The fake microphone beeps, and is silent in between. */
    private static boolean isHeard(Browser.Page page, String who) {
        var level = "document.querySelector('[aria-label=\"Level of " + who + "\"]')?.getAttribute('aria-valuenow')";
        page.await(level + " > 20");
        page.await(level + " < 5");
        return true;
    }

    private static String tokenOfSomebodyElse() {
        var key = new ApiKey("devkey");
        var grant = new Grant("standup", "backend", "", "", Map.of(),
                VideoGrants.PARTICIPANT, RoomConfig.NONE, Duration.ofMinutes(1));
        return new TokenWriter().write(SigningKey.staged(key, ApiSecret.received("secret", key), Instant.EPOCH),
                grant, Instant.now(), "by hand");
    }

    @Test
    void a_room_name_with_markup_stays_text() {
        var name = "standup <img src=x onerror=document.title=1>";
        var page = open();
        set(page, "room_name", name);
        set(page, "participant_name", name);
        page.click("#join");
        page.await(IN_ROOM);
        page.await("document.querySelector('#decisions').innerText.includes('<img')");
        assertEquals("In room " + name, text(page, "#room-status"));
        assertEquals(0, page.run("return document.querySelectorAll('main img').length").intValue());
        page.click("#join");
        assertNoErrors(page);
    }

    @Test
    void a_livekit_that_is_away_is_said_with_the_command_that_starts_one() throws IOException {
        var page = open();
        page.click("#join");
        page.await(IN_ROOM);
        ProcessHandle.of(liveKit.pid()).orElseThrow().destroyForcibly();
        page.await("document.querySelector('#banners').innerText.includes('livekit-server --dev')");
        picture(page, "livekit-away");

        liveKit.restart();
        page.await("document.querySelector('#banners').innerText === ''");
        page.await(IN_ROOM);
        picture(page, "livekit-back");
        assertTrue(isHeard(page, "Ada"));
        page.click("#join");
        assertNoErrors(page, "net::ERR_CONNECTION_REFUSED");
    }

    @Test
    void a_keyturn_that_is_away_is_said_and_the_page_goes_on_when_it_is_back() throws IOException {
        var page = open();
        server.end();
        page.await("document.querySelector('#banners').innerText.includes('Keyturn does not answer')");
        picture(page, "keyturn-away");
        server.startAgain();
        page.await("document.querySelector('#banners').innerText === ''");
        page.click("#ask");
        page.await("document.querySelector('.claims')");
        assertNoErrors(page, "Failed to load resource: net::ERR_");
    }

    @ParameterizedTest
    @CsvSource({"1240, dark", "360, light", "360, dark", "1240, light"})
    void it_can_be_read_on_every_screen(int width, String scheme) throws IOException {
        var page = open(width, scheme);
        assertFits(page);
        page.click("#more summary");
        page.click("#tab-React");
        set(page, "room_name", "secret-" + "x".repeat(80));
        page.press("Enter");
        page.await("document.querySelector('.teaching')");
        assertFits(page);
        assertReadable(page);
        set(page, "room_name", "standup");
        page.press("Enter");
        page.await("document.querySelector('.claims')");
        picture(page, scheme + "-" + width);
        assertFits(page);
        assertReadable(page);
    }

    /** WCAG 2.2, 1.4.3 (AA): each text against the first background behind it. */
    private static void assertReadable(Browser.Page page) {
        var pale = page.run("""
                const parts = colour => colour.match(/[\\d.]+/g).map(Number);
                const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= .04045 ? c / 12.92
                    : ((c + .055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
                const back = e => { const c = parts(getComputedStyle(e).backgroundColor);
                    return c.length === 4 && c[3] === 0 && e.parentElement ? back(e.parentElement) : light(c); };
                const pale = [];
                for (const e of document.querySelectorAll('body *')) {
                  if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility()) continue;
                  const [a, b] = [light(parts(getComputedStyle(e).color)), back(e)].sort((x, y) => y - x);
                  if ((a + .05) / (b + .05) < 4.5) pale.push(e.outerHTML.slice(0, 120));
                }
                return pale;""");
        assertEquals(List.of(), strings(pale));
    }

    @Test
    void snippets_have_the_values_filled_in_and_the_one_for_curl_gets_a_token() throws Exception {
        var page = open();
        set(page, "participant_name", "Ada \"$HOME\" O'Hara");
        page.click("#tab-JavaScript");
        var seen = new LinkedHashMap<String, String>();
        for (int i = 0; i < 6; i++) {
            seen.put(text(page, "[aria-selected=true]"), text(page, "#snippet"));
            page.press("ArrowRight");
        }
        assertEquals(List.of("JavaScript", "React", "Swift", "Kotlin", "Flutter", "curl"), List.copyOf(seen.keySet()));
        seen.forEach((language, snippet) -> assertTrue(snippet.contains(server.url() + "/token"), language));
        assertTrue(seen.get("Swift").contains("participantName: \"Ada \\\"$HOME\\\" O'Hara\"\n)"), seen.get("Swift"));
        for (var language : List.of("Kotlin", "Flutter")) { // where $ would put a value in
            assertTrue(seen.get(language).contains("\"Ada \\\"\\$HOME\\\" O'Hara\""), seen.get(language));
        }
        assertEquals("JavaScript", text(page, "[aria-selected=true]"));

        var curl = new ProcessBuilder("sh", "-c", seen.get("curl") + " -s").start();
        var answer = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(answer.contains("participant_token"), answer);
        page.await("document.querySelector('#decisions').innerText.includes('granted')");
    }

    @Test
    void without_livekit_client_join_says_what_is_missing_and_all_else_works() throws IOException {
        var there = server.folder().resolve("target/page/node_modules");
        Files.delete(there);
        Files.writeString(there.resolveSibling(".npmrc"), """
                registry=http://127.0.0.1:1
                fetch-retries=0
                cache=cache
                """);
        try {
            var page = open();
            page.click("#join");
            page.await("document.querySelector('#room-status').innerText.includes('livekit-client is missing')");
            picture(page, "offline-join");
            page.click("#ask");
            page.await("document.querySelector('.claims')");
            haveLiveKitClient(server);
            page.click("#join");
            page.await(IN_ROOM);
            page.click("#join");
            assertNoErrors(page, "503 (Service Unavailable) " + server.url() + "/dev/livekit-client.js",
                    "net::ERR_NAME_NOT_RESOLVED https://cdn.jsdelivr.net/npm/livekit-client@");
        } finally {
            if (Files.notExists(there)) {
                haveLiveKitClient(server);
            }
        }
    }

    /** A CDN serves the files of the npm package, and the browser runs nothing else. */
    @Test
    void what_the_cdn_may_serve_is_what_is_in_the_npm_package() throws Exception {
        var script = Files.readAllBytes(
                ServerBinary.BROWSER.path().resolve("livekit-client/dist/livekit-client.umd.js"));
        var hash = "sha384-" + Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-384").digest(script));
        var page = Files.readString(Path.of("src/page/room.js"));
        assertTrue(page.contains("livekit-client@" + LiveKitClient.VERSION + "/") && page.contains(hash), hash);
    }
}
