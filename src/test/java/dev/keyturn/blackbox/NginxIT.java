package dev.keyturn.blackbox;

import static dev.keyturn.blackbox.IngressScene.APP;
import static dev.keyturn.blackbox.IngressScene.FOREIGN;
import static dev.keyturn.blackbox.IngressScene.LIVEKIT;
import static dev.keyturn.blackbox.IngressScene.TOKENS;
import static dev.keyturn.blackbox.IngressScene.TURN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.servers.ClientHello;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.NginxServer;
import dev.keyturn.servers.RawHttp;
import dev.keyturn.servers.ServerBinary;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way in, as k8s/ingress/plain has it: TLS, what is open, headers, limits, and what is not logged. */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.NGINX})
class NginxIT {

    private static final String UPGRADE = "Upgrade: websocket";

    @TempDir
    static Path folder;

    private static IngressScene scene;
    private static NginxServer nginx;
    private static SSLContext trust;

    @BeforeAll
    static void start() throws Exception {
        scene = new IngressScene(folder);
        nginx = scene.nginx();
        trust = scene.authority.trust();
    }

    @AfterAll
    static void stop() throws Exception {
        nginx.close();
        scene.close();
    }

    private static RawHttp https(String host, String... lines) {
        return RawHttp.https(nginx.https(), host, trust, lines);
    }

    // TLS

    @Test
    void each_host_shows_its_own_certificate() {
        assertEquals(401, https(TOKENS, "POST /token").status());
        assertEquals(200, https(LIVEKIT, "GET /").status());
    }

    @Test
    void a_name_that_is_not_ours_gets_no_certificate() {
        assertThrows(UncheckedIOException.class, () -> https("other.example.com", "GET /"));
        assertEquals("alert 112", ClientHello.answer(nginx.https(), "other.example.com", ClientHello.TLS_1_2));
    }

    @Test
    void a_client_refuses_another_name_and_a_certificate_that_has_expired() throws Exception {
        try (var faulty = scene.nginx(Map.of(TOKENS, scene.authority.expired("dns:" + TOKENS),
                LIVEKIT, scene.authority.leaf("dns:other.example.com")))) {
            var expired = assertThrows(UncheckedIOException.class,
                    () -> RawHttp.https(faulty.https(), TOKENS, trust, "POST /token"));
            assertTrue(expired.getMessage().contains("validity check failed"), expired.getMessage());
            var other = assertThrows(UncheckedIOException.class,
                    () -> RawHttp.https(faulty.https(), LIVEKIT, trust, "GET /"));
            assertTrue(other.getMessage().contains("No subject alternative DNS name"), other.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TOKENS, LIVEKIT})
    void tls_1_1_is_refused(String host) {
        assertEquals(ClientHello.PROTOCOL_VERSION, ClientHello.answer(nginx.https(), host, ClientHello.TLS_1_1));
        assertEquals(ClientHello.ACCEPTED, ClientHello.answer(nginx.https(), host, ClientHello.TLS_1_2));
    }

    @ParameterizedTest
    @CsvSource({TOKENS + ", /token", LIVEKIT + ", /rtc"})
    void plain_http_is_sent_to_https_without_its_query(String host, String path) {
        var answer = RawHttp.http(nginx.http(), host, "GET " + path + "?access_token=secret");
        assertEquals(301, answer.status());
        assertEquals(List.of("https://" + host + path), answer.values("location"));
    }

    @Test
    void plain_ws_is_refused() {
        var answer = RawHttp.http(nginx.http(), LIVEKIT, "GET /rtc", UPGRADE);
        assertEquals(403, answer.status());
    }

    // What is open

    @ParameterizedTest
    @CsvSource({
        TOKENS + ", /", TOKENS + ", /agent/credentials", TOKENS + ", /token/../agent/credentials", TOKENS + ", /webhook",
        TOKENS + ", /introspect", TOKENS + ", /metrics", TOKENS + ", /q/health", TOKENS + ", /q/openapi",
        TOKENS + ", //agent/credentials", TOKENS + ", /token/", LIVEKIT + ", /twirp/livekit.RoomService/ListRooms",
        LIVEKIT + ", /agent", LIVEKIT + ", /whip/v1", LIVEKIT + ", /metrics", LIVEKIT + ", /debug/pprof/"
    })
    void is_not_reachable(String host, String path) {
        var bearer = "Authorization: Bearer "
                + scene.issuer.bearer(Map.of("sub", "worker", "role", "agent"));
        var answer = https(host, "GET " + path, bearer, "Keyturn-Request: credentials");
        assertEquals(404, answer.status(), answer.all());
        assertTrue(answer.all().contains("<center>nginx</center>"), "nginx itself says it: " + answer.all());
        assertFalse(answer.all().contains("api_secret"));
    }

    @Test
    void credentials_are_there_for_who_is_inside() {
        var inside = scene.keyturn.page("/agent/credentials", "Keyturn-Request", "credentials",
                "Authorization", "Bearer " + scene.issuer.bearer(Map.of("sub", "worker", "role", "agent")));
        assertEquals(200, inside.statusCode(), inside.body());
    }

    @Test
    void a_back_end_elsewhere_gets_the_server_api_if_its_file_is_added() {
        try (var open = scene.nginx("server-api.conf")) {
            var answer = RawHttp.https(open.https(), LIVEKIT, trust, "POST /twirp/livekit.RoomService/ListRooms",
                    "Content-Type: application/json", "{}");
            assertEquals(401, answer.status(), answer.all());
            assertTrue(answer.all().contains("unauthenticated"), "LiveKit itself says it: " + answer.all());
            assertEquals(404, RawHttp.https(open.https(), LIVEKIT, trust, "GET /whip/v1").status());
        }
    }

    // CORS, and Origin

    @Test
    void no_header_comes_twice() {
        var bearer = "Authorization: Bearer " + scene.bearer("ann");
        var json = "Content-Type: application/json";
        for (var origin : List.of(APP, FOREIGN)) {
            for (var answer : List.of(
                    https(TOKENS, "OPTIONS /token", "Origin: " + origin, "Access-Control-Request-Method: POST",
                            "Access-Control-Request-Headers: authorization,content-type"),
                    https(TOKENS, "POST /token", "Origin: " + origin, bearer, json, "{}"),
                    https(TOKENS, "POST /token", "Origin: " + origin, "Authorization: Bearer bad", json, "{}"),
                    https(LIVEKIT, "OPTIONS /rtc/validate", "Origin: " + origin, "Access-Control-Request-Method: GET"),
                    https(LIVEKIT, "GET /rtc/validate", "Origin: " + origin))) {
                for (var line : answer.headers()) {
                    var name = line.substring(0, line.indexOf(':'));
                    assertTrue(name.equals("vary") || answer.values(name).size() == 1, answer.all());
                }
            }
        }
        var allowed = https(TOKENS, "POST /token", "Origin: " + APP, bearer, json, "{}");
        assertEquals(List.of(APP), allowed.values("access-control-allow-origin"));
    }

    @ParameterizedTest
    @CsvSource({APP + ", 401", FOREIGN + ", 403", ", 401"})
    void other_peoples_pages_open_no_websocket_if_the_origin_check_is_added(String origin, int status) {
        try (var checked = scene.nginx("origin-check.conf")) {
            var answer = RawHttp.https(checked.https(), LIVEKIT, trust, "GET /rtc", UPGRADE, "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    origin == null ? "Accept: */*" : "Origin: " + origin);
            assertEquals(status, answer.status(), answer.all());
        }
    }

    // Logs

    @Test
    void no_log_has_the_token_when_livekit_does_not_answer() {
        try (var alone = NginxServer.start(Map.of("127.0.0.1:7880", "127.0.0.1:1"), scene.certificates())) {
            var answer = RawHttp.https(alone.https(), LIVEKIT, trust, "GET /rtc?access_token=eyJsecret", UPGRADE);
            assertEquals(502, answer.status());
            assertTrue(alone.accessLog().contains("\"GET /rtc\" 502"), alone.accessLog());
            IngressScene.assertNoToken(alone);
        }
    }

    // Limits and addresses

    @Test
    void a_connect_url_may_be_longer_than_nginx_has_it_by_itself() {
        var answer = https(LIVEKIT, "GET /rtc/validate?access_token=" + "a".repeat(20_000));
        assertEquals(401, answer.status(), "LiveKit itself refuses it: " + answer.status());
    }

    @Test
    void a_flood_from_one_address_is_cut_off_and_preflights_are_not() {
        var post = "POST /token HTTP/1.1\r\nHost: " + TOKENS + "\r\nOrigin: " + APP + "\r\nContent-Length: 0\r\n";
        var flood = RawHttp.exchange(nginx.https(), TOKENS, trust, "127.0.0.7",
                (post + "\r\n").repeat(599) + post + "Connection: close\r\n\r\n");
        var answered = count(flood.all(), "HTTP/1.1 401");
        var cutOff = count(flood.all(), "HTTP/1.1 429");
        assertEquals(600, answered + cutOff, flood.all());
        assertTrue(answered >= 201 && cutOff > 0, answered + " answered, " + cutOff + " cut off");
        var readable = count(flood.all(), "access-control-allow-origin: " + APP);
        assertEquals(answered, readable, "Keyturn's answers can be read by the page, nginx' own cannot");

        var preflight = post.replace("POST", "OPTIONS") + "Access-Control-Request-Method: POST\r\n";
        var preflights = RawHttp.exchange(nginx.https(), TOKENS, trust, "127.0.0.7",
                (preflight + "\r\n").repeat(99) + preflight + "Connection: close\r\n\r\n");
        assertEquals(100, count(preflights.all(), "HTTP/1.1 200"), preflights.all());
        assertEquals(401, https(TOKENS, "POST /token").status(), "another address is not affected");
    }

    private static long count(String text, String what) {
        return Pattern.compile(what, Pattern.CASE_INSENSITIVE | Pattern.LITERAL).matcher(text).results().count();
    }

    @Test
    void the_audit_has_the_clients_own_address_whatever_he_claims() {
        var body = "{}";
        RawHttp.exchange(nginx.https(), TOKENS, trust, "127.0.0.9", "POST /token HTTP/1.1\r\nHost: " + TOKENS
                + "\r\nX-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.7\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        scene.keyturn.await("the audit has the address", () -> scene.keyturn.log().contains("127.0.0.9"));
        assertFalse(scene.keyturn.log().contains("6.6.6."), scene.keyturn.log());
    }

    @Test
    void turn_has_no_page() {
        assertEquals(301, RawHttp.http(nginx.http(), TURN, "GET /").status());
    }
}
