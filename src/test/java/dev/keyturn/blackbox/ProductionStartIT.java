package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.keyturn.callers.TestIssuer;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What must not go into production does not start, and says which setting it is about: a sentence, no stack trace. */
class ProductionStartIT {

    private static final String ISSUER = "keyturn.callers.issuers.main.";

    @TempDir
    Path folder;

    private static Arguments with(Map<String, String> settings, String... says) {
        return arguments(settings, List.of(says));
    }

    /** An issuer that would do, with one setting changed, or taken away by an empty one. */
    private static Arguments issuer(String changed, String value, String... says) {
        var settings = new HashMap<>(Map.of(ISSUER + "issuer", "https://id.example", ISSUER + "audiences", "keyturn",
                ISSUER + "jwks-url", "https://id.example/keys"));
        settings.put(ISSUER + changed, value);
        return with(settings, says);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                with(Map.of("keyturn.ring.store", "development"), "keyturn.ring.store", "keyturn init"),
                with(Map.of("keyturn.callers.anonymous", "true"), "keyturn.callers.anonymous", "keyturn.policy.file"),
                with(Map.of("keyturn.livekit.url", ""), "keyturn.livekit.url", "is not set"),
                with(Map.of("keyturn.livekit.url", "livekit.example.com"), "keyturn.livekit.url", "absolute"),
                with(Map.of("keyturn.livekit.url", "ftp://livekit.example.com"), "keyturn.livekit.url", "wss://"),
                with(Map.of("keyturn.agents.url", "livekit:7880"), "keyturn.agents.url", "absolute"),
                with(Map.of("keyturn.agents.longest-wait", "1h"), "keyturn.agents.longest-wait", "0s to 10m"),
                with(Map.of("keyturn.agents.poll", "0s"), "keyturn.agents.poll", "at least 1s"),
                with(Map.of("keyturn.agents.max-waiting", "-1"), "keyturn.agents.max-waiting", "0 or more"),
                with(Map.of("keyturn.policy.file", "nowhere.yaml"), "keyturn.policy.file", "nowhere.yaml"),
                with(Map.of("keyturn.cors.origins", "*"), "keyturn.cors.origins", "'*'"),
                with(Map.of("keyturn.cors.origins", "https://app.example.com/"), "keyturn.cors.origins", "no slash"),
                with(Map.of("keyturn.cors.origins", "http://localhost:*"), "keyturn.cors.origins", "development only"),
                with(Map.of("keyturn.ring.max-staleness", "5s"), "keyturn.ring.max-staleness", "keyturn.ring.refresh"),
                with(Map.of("keyturn.ring.refresh", "PT0.01S"), "keyturn.ring.refresh", "at least"),
                issuer("algorithms", "HS256", ISSUER + "algorithms", "HS256"),
                issuer("public-key-file", "key.pem", ISSUER + "jwks-url", "public-key-file"),
                issuer("jwks-url", "", ISSUER + "jwks-url", "public-key-file"),
                issuer("jwks-url", "http://id.example/keys", ISSUER + "jwks-url", "https"),
                issuer("audiences", "", ISSUER + "audiences"),
                issuer("issuer", "", ISSUER + "issuer"),
                with(Map.of("keyturn.ring.store", "vault"), "keyturn.ring.store", "quarkus.vault.url"),
                with(Map.of("keyturn.ring.store", "etcd"), "keyturn.ring.store", "etcd", "file", "vault"),
                with(Map.of("keyturn.ring.refresh", "often"), "keyturn.ring.refresh", "often"),
                with(Map.of("keyturn.http.max-body-size", "lots"), "keyturn.http.max-body-size", "lots"),
                with(Map.of("keyturn.callers.cache-size", "0"), "keyturn.callers.cache-size", "1 to"),
                with(Map.of("keyturn.ring.stroe", "vault"), "keyturn.ring.stroe"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void a_mistake_in_the_settings_does_not_start_and_is_named(Map<String, String> settings, List<String> says) {
        refused(settings, says.toArray(String[]::new));
    }

    @Test
    void a_ring_of_livekits_development_key_does_not_start() throws IOException {
        var ring = privateFile("ring.json", """
                {"schema": 1, "version": 1, "keys": [{"key": "devkey", "secret": "secret", "state": "ACTIVE",
                 "created": "2026-01-01T00:00:00Z", "since": "2026-01-01T00:00:00Z"}]}
                """);
        refused(Map.of("keyturn.ring.file.path", ring), ring, "development secret", "keyturn init");
    }

    @Test
    void every_mistake_of_a_policy_is_shown_with_its_line() throws IOException {
        var policy = Files.writeString(folder.resolve("policy.yaml"), """
                rules:
                  - name: members
                    for: everybody
                    rooms: ["*"]
                    ttl: 2d
                """).toString();
        refused(Map.of("keyturn.policy.file", policy), policy + ":3:", policy + ":5:");
    }

    @Test
    void a_port_that_is_taken_is_named() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = "" + taken.getLocalPort();
            refused(Map.of("quarkus.http.port", port), port, "in use");
            refused(Map.of("quarkus.management.port", port), port, "in use");
        }
    }

    private void refused(Map<String, String> settings, String... says) {
        var all = new HashMap<>(Map.of("keyturn.livekit.url", "wss://livekit.test",
                "keyturn.ring.file.path", folder.resolve("ring.json").toString(),
                "quarkus.http.host", "127.0.0.1", "quarkus.http.port", "0",
                "quarkus.management.host", "127.0.0.1", "quarkus.management.port", "0"));
        all.putAll(settings);
        var ended = KeyturnProcess.run(all, "");
        var said = ended.out() + ended.err();
        assertEquals(1, ended.status(), said);
        for (var words : says) {
            assertTrue(said.contains(words), () -> "\"" + words + "\" is not in:\n" + said);
        }
        assertFalse(said.contains("\tat "), said);
    }

    @Test
    void nothing_of_what_development_shows_is_served() {
        try (var keyturn = KeyturnProcess.serve(Map.of())) {
            keyturn.await("it listens", () -> Ports.answers(URI.create(keyturn.url()).getPort()));
            for (var path : List.of("/", "/page/page.js", "/dev/state", "/dev/explain", "/dev/problems.md",
                    "/dev/livekit-client.js", "/api/v2/sandbox/connection-details", "/q/swagger-ui", "/q/dev-ui")) {
                assertEquals(404, keyturn.page(path).statusCode(), path);
            }
        }
    }

    @Test
    void without_a_ring_it_is_live_and_not_ready_until_init_has_made_one() throws IOException {
        var settings = new HashMap<>(Map.of("keyturn.ring.file.path", folder.resolve("ring.json").toString(),
                "keyturn.ring.refresh", "1s"));
        settings.putAll(anonymous());
        try (var keyturn = KeyturnProcess.serve(settings)) {
            assertEquals(503, keyturn.management("/q/health/ready").statusCode());
            assertTrue(keyturn.management("/q/health/ready").body().contains("keyturn init"));
            var answer = keyturn.token("{}");
            assertEquals(503, answer.statusCode(), answer.body());
            assertTrue(answer.headers().firstValue("Retry-After").isPresent(), answer.headers().toString());
            assertEquals(0, KeyturnProcess.run(settings, "", "init").status());
            keyturn.await("the ring is found", keyturn::isReady);
            keyturn.granted("{}");
        }
    }

    @Test
    void a_ring_that_others_may_read_signs_nothing_until_its_mode_is_mended() throws IOException {
        var ring = folder.resolve("ring.json");
        var settings = new HashMap<>(Map.of("keyturn.ring.file.path", ring.toString(), "keyturn.ring.refresh", "1s"));
        settings.putAll(anonymous());
        assertEquals(0, KeyturnProcess.run(settings, "", "init").status());
        Files.setPosixFilePermissions(ring, PosixFilePermissions.fromString("rw-r--r--"));
        try (var keyturn = KeyturnProcess.serve(settings)) {
            assertEquals(503, keyturn.token("{}").statusCode());
            var health = keyturn.management("/q/health/ready").body();
            assertTrue(health.contains("chmod 600 " + ring), health);
            Files.setPosixFilePermissions(ring, PosixFilePermissions.fromString("rw-------"));
            keyturn.await("the ring is taken", keyturn::isReady);
            keyturn.granted("{}");
        }
    }

    @Test
    void without_a_policy_nobody_gets_a_token() throws IOException {
        try (var issuer = TestIssuer.start("https://id.example", "ES256", Clock.systemUTC())) {
            var settings = issuer.settings("main", folder);
            settings.put("keyturn.ring.file.path", folder.resolve("ring.json").toString());
            assertEquals(0, KeyturnProcess.run(settings, "", "init").status());
            try (var keyturn = KeyturnProcess.serve(settings)) {
                var answer = keyturn.token("{}", "Authorization", "Bearer " + issuer.bearer(Map.of()));
                assertEquals(403, answer.statusCode(), answer.body());
                assertEquals(401, keyturn.token("{}").statusCode());
                assertTrue(keyturn.log().contains("keyturn.policy.file"), keyturn.log());
            }
        }
    }

    private Map<String, String> anonymous() throws IOException {
        var policy = Files.writeString(folder.resolve("policy.yaml"),
                "rules: [{name: guests, for: anonymous, rooms: fresh, identity: \"guest-*\"}]\n");
        return Map.of("keyturn.callers.anonymous", "true", "keyturn.policy.file", policy.toString());
    }

    private String privateFile(String name, String text) throws IOException {
        var file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file.toString();
    }
}
