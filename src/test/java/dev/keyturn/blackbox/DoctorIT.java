package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.servers.CoturnServer;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.KeyturnProcess.Ended;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.NginxWith;
import dev.keyturn.servers.Ports;
import dev.keyturn.servers.RedisServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultPolicies;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code keyturn doctor} against a deployment that is as it should be, and against every fault, planted in it. */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.VAULT, ServerBinary.NGINX, ServerBinary.COTURN, ServerBinary.REDIS})
class DoctorIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final UnaryOperator<String> AS_IT_IS = text -> text;

    @TempDir
    static Path folder;

    private static DoctorScene scene;

    @BeforeAll
    static void deploy() throws Exception {
        scene = new DoctorScene(folder);
    }

    @AfterAll
    static void end() {
        if (scene != null) {
            scene.close();
        }
    }

    /** What the doctor said, and how it ended. */
    private record Said(Ended ended, List<JsonNode> findings) {

        /** The one finding about an item. */
        JsonNode about(String item) {
            var found = findings.stream().filter(finding -> finding.path("item").asText().equals(item)).toList();
            assertEquals(1, found.size(), item + " in\n" + text());
            return found.get(0);
        }

        void is(String verdict, String item, String found) {
            var finding = about(item);
            assertEquals(verdict, finding.path("verdict").asText(), finding + "\nin\n" + text());
            assertTrue(finding.path("found").asText().contains(found), finding.toString());
            assertTrue(verdict.equals("ok") || !finding.path("advice").asText().isBlank(), finding.toString());
        }

        /** Items of this verdict. */
        List<String> items(String verdict) {
            return findings.stream().filter(finding -> finding.path("verdict").asText().equals(verdict))
                    .map(finding -> finding.path("item").asText()).toList();
        }

        String text() {
            return String.join("\n", findings.stream().map(JsonNode::toString).toList()) + ended.err();
        }
    }

    private static Said look(Map<String, String> settings, String... arguments) throws IOException {
        var all = new ArrayList<>(List.of("doctor", "--json"));
        all.addAll(Arrays.asList(arguments));
        var ended = run(settings, "", all.toArray(String[]::new));
        var json = JSON.readTree(ended.out());
        var findings = new ArrayList<JsonNode>();
        json.path("findings").forEach(findings::add);
        assertFalse(findings.isEmpty(), ended.toString());
        assertEquals(findings.stream().anyMatch(finding -> finding.path("verdict").asText().equals("fault")) ? 1 : 0,
                ended.status());
        return new Said(ended, findings);
    }

    private static String place(String url) {
        return url.substring("http://".length());
    }

    /** Whatever it looks at, it shows no secret and no stack trace. */
    private static Ended run(Map<String, String> settings, String input, String... arguments) {
        var ended = KeyturnProcess.run(settings, input, arguments);
        scene.canaries.heard("its standard output", ended.out());
        scene.canaries.heard("its standard error", ended.err());
        scene.canaries.assertSilence();
        assertFalse((ended.out() + ended.err()).contains("\tat "), ended.toString());
        return ended;
    }

    /** All that there is of the deployment, with other values for some options. */
    private static String[] everything(Map<String, String> instead) throws IOException {
        var password = Files.writeString(folder.resolve("password"), scene.metricsPassword + "\n");
        var options = new LinkedHashMap<>(Map.of("--metrics", "http://127.0.0.1:" + scene.metrics.get(0)
                        + ",http://127.0.0.1:" + scene.metrics.get(1),
                "--metrics-user", DoctorScene.METRICS_USER, "--metrics-password-file", password.toString(),
                "--turn", "127.0.0.1:" + scene.turn.tlsPort(), "--keyturn", "https://127.0.0.2:" + scene.tokens,
                "--management", scene.keyturn.managementUrl(), "--origin", DoctorScene.ORIGIN,
                "--ca-file", scene.authority.pem().toString(), "--plain-port", "" + scene.plain));
        options.putAll(instead);
        return options.entrySet().stream().flatMap(option -> Stream.of(option.getKey(), option.getValue()))
                .toArray(String[]::new);
    }

    @Test
    void a_deployment_that_is_as_it_should_be_raises_no_alarm() throws Exception {
        var said = look(scene.rotator, everything(Map.of()));

        assertEquals(List.of(), said.items("fault"), said.text());
        assertEquals(List.of(), said.items("unseen"), said.text());
        // true of the LiveKit that is had here
        assertTrue(said.items("warning").stream().allMatch(item -> item.endsWith(": version")), said.text());
        var first = place(scene.nodes.get(0).url());
        said.is("warning", "node " + first + ": version", "1.13.5");
        said.is("ok", "node " + first + ": keys", "accepts " + scene.key.key());
        said.is("ok", "nodes: agreement", "2 nodes");
        said.is("ok", "metrics 127.0.0.1:" + scene.metrics.get(1), "for those who have the password");
        said.is("ok", "127.0.0.2:" + scene.signalling + ": TLS", "valid for 127.0.0.2 until");
        said.is("ok", "127.0.0.2:" + scene.signalling + ": plain", "sent to https");
        said.is("ok", "127.0.0.2:" + scene.signalling + ": WebSocket", "passes");
        said.is("ok", "TURN 127.0.0.1:" + scene.turn.tlsPort() + ": relay", "speaks TURN");
        said.is("ok", "Vault: rights of this login", "refused wherever else it tried");
        said.is("ok", "key file in secret/keyturn/livekit in Vault at " + scene.vault.url() + ": order", "");
        said.is("ok", "Keyturn " + place(scene.keyturn.managementUrl()) + ": webhooks", "verified");
    }

    @Test
    void faults_of_nodes_are_found() throws Exception {
        var node = scene.nodes.get(0).url();
        var secret = TestKeys.secretOf("APIother");
        var halfSet = scene.node(Map.of("APIother", secret), "", Map.of("LIVEKIT_PROMETHEUS_USERNAME", "half"));
        var halfSetMetrics = scene.metrics.get(scene.metrics.size() - 1);
        var development = scene.node(Map.of("devkey", "secret"), "", Map.of());
        var later = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusMinutes(10));
        try (var drops = new RewritingProxy(node, head -> head.replaceAll("(?i)authorization: [^\r]*\r\n", ""),
                        AS_IT_IS);
                var ahead = new RewritingProxy(node, AS_IT_IS,
                        answer -> answer.replaceFirst("Date: [^\r]*", "Date: " + later));
                var shows = new RewritingProxy(node, AS_IT_IS, answer -> answer.contains("404 Not Found")
                        ? "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nlivekit_room_total{node_id=\"x\"} 1\n" : answer)) {
            var stranger = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            stranger.createContext("/", exchange -> {
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            stranger.start();
            var at = "127.0.0.1:" + stranger.getAddress().getPort();
            var nobody = "127.0.0.1:" + Ports.free();
            var settings = new HashMap<>(scene.rotator);
            settings.remove("keyturn.livekit.url");
            settings.put("keyturn.rotation.nodes", String.join(",", node, halfSet.url(), development.url(), drops.url(),
                    ahead.url(), shows.url(), "http://" + at, "http://" + nobody));
            var password = Files.writeString(folder.resolve("half"), "of-nobody\n");

            var said = look(settings, "--metrics", "http://127.0.0.1:" + halfSetMetrics, "--metrics-user", "half",
                    "--metrics-password-file", password.toString());
            stranger.stop(0);

            said.is("ok", "node " + place(node) + ": keys", "accepts " + scene.key.key());
            said.is("fault", "node " + place(halfSet.url()) + ": keys", "refuses " + scene.key.key());
            said.is("fault", "metrics 127.0.0.1:" + halfSetMetrics, "serves everybody");
            said.is("fault", "node " + place(development.url()) + ": keys", "public development key devkey");
            said.is("fault", "node " + place(drops.url()) + ": keys", "accepts a key that nobody has");
            said.is("fault", "node " + place(ahead.url()) + ": clock", "minutes ahead of");
            said.is("fault", "node " + place(shows.url()) + ": /metrics", "on the port that clients use");
            said.is("fault", "node " + at + ": keys", "not as LiveKit does");
            said.is("fault", "node " + nobody + ": keys", "connection refused");
            said.is("fault", "nodes: agreement", "do not agree on " + scene.key.key());
            said.is("unseen", "signalling", "not known how clients reach LiveKit");
        }
    }

    @Test
    void faults_of_the_ways_in_are_found() throws Exception {
        var old = scene.authority.expired("ip:127.0.0.1,ip:127.0.0.2");
        var other = scene.authority.leaf("dns:other.example.com");
        var node = scene.nodes.get(0).url();
        var way = Ports.free();
        var open = Ports.free();
        var tokens = Ports.free();
        var nodePort = node.substring(node.lastIndexOf(':') + 1);
        var management = scene.keyturn.managementUrl();
        var metrics = scene.metrics.get(0);
        var inside = "http://127.0.0.1:" + metrics + "/metrics";
        var login = "proxy_set_header Authorization \"Basic " + Base64.getEncoder().encodeToString(
                (DoctorScene.METRICS_USER + ":" + scene.metricsPassword).getBytes()) + "\";";
        try (var nginx = NginxWith.start(Ports.free(), DoctorScene.tls(way, old, node,
                        "add_header Access-Control-Allow-Origin $http_origin always;"
                                + "location = /metrics { proxy_pass " + inside + "; " + login + " }")
                + DoctorScene.tls(tokens, other, scene.keyturn.url(), "proxy_hide_header Access-Control-Allow-Origin;"
                        + "add_header Access-Control-Allow-Origin * always;")
                + "server { listen 127.0.0.2:" + open + "; location / { proxy_pass " + node + "; } }"
                + "server { listen 127.0.0.2:" + nodePort + "; location / { proxy_pass " + node + "; } }"
                + "server { listen 127.0.0.2:" + management.substring(management.lastIndexOf(':') + 1)
                + "; location / { proxy_pass " + management + "; } }"
                + "server { listen 127.0.0.2:" + metrics + "; location / { proxy_pass " + inside + "; } }");
                var turn = CoturnServer.start(old.certificate(), old.key());
                var redis = RedisServer.start();
                var late = new RewritingProxy(management, AS_IT_IS, page -> page
                        .replaceAll("(?m)^(keyturn_ring_age_seconds).*$", "$1 4000.0")
                        .replaceAll("(?m)^(keyturn_rotation_late).*$", "$1 1.0")
                        .replaceAll("(?m)^(keyturn_webhooks_refused_total\\{reason=\"unknown_key\".*) .*$", "$1 3.0"))) {
            assertTrue(nginx != null && redis != null);
            var said = look(scene.rotator, everything(Map.of("--url", "wss://127.0.0.2:" + way,
                    "--plain-port", "" + open, "--keyturn", "https://127.0.0.2:" + tokens,
                    "--turn", "127.0.0.1:" + turn.tlsPort(), "--management", late.url() + "," + management,
                    "--redis", redis.address())));

            said.is("fault", "127.0.0.2:" + way + ": TLS", "expired");
            said.is("fault", "127.0.0.2:" + way + ": plain", "ws:// and http:// work");
            said.is("fault", "127.0.0.2:" + way + ": CORS", "sent 2 times");
            said.is("fault", "127.0.0.2:" + way + ": CORS of " + DoctorScene.ORIGIN, "sent 2 times");
            said.is("fault", "127.0.0.2:" + way + ": /metrics", "on the port that clients use");
            said.is("fault", "127.0.0.2:" + nodePort + ": closed", "LiveKit's own port");
            said.is("fault", "127.0.0.2:" + management.substring(management.lastIndexOf(':') + 1) + ": closed",
                    "Keyturn's management port");
            said.is("fault", "127.0.0.2:" + metrics + ": closed", "prometheus.port");
            said.is("fault", "TURN 127.0.0.1:" + turn.tlsPort() + ": TLS", "expired");
            said.is("ok", "TURN 127.0.0.1:" + turn.tlsPort() + ": relay", "");
            said.is("fault", "127.0.0.2:" + tokens + ": TLS", "is for other.example.com, not for 127.0.0.2");
            said.is("fault", "127.0.0.2:" + tokens + ": CORS of others", "any origin");
            said.is("fault", "Redis " + redis.address() + ": TLS", "without a password");
            var replica = "Keyturn " + place(late.url());
            said.is("fault", replica + ": ring", "66 minutes ago");
            said.is("fault", replica + ": rotation", "overdue");
            said.is("fault", replica + ": webhooks", "3 webhooks of a key that is not in the ring");
        }
    }

    @Test
    void more_faults_of_the_ways_in_are_found() throws Exception {
        var way = Ports.free();
        try (var nginx = NginxWith.start(Ports.free(), """
                server {
                  listen 127.0.0.2:%d ssl;
                  ssl_certificate %s;
                  ssl_certificate_key %s;
                  add_header Access-Control-Allow-Credentials true always;
                  location / { proxy_pass %s; proxy_set_header Authorization ""; }
                }
                """.formatted(way, scene.leaf.certificate(), scene.leaf.key(), scene.nodes.get(0).url()))) {
            assertTrue(nginx != null);
            var said = look(scene.rotator, everything(Map.of("--url", "wss://127.0.0.2:" + way,
                    "--turn", "127.0.0.2:" + way, "--origin", "https://forgotten.example.com",
                    "--expires-within", "60d")));

            said.is("warning", "127.0.0.2:" + way + ": TLS", "(28 days)");
            said.is("fault", "way by 127.0.0.2:" + way + ": keys", "accepts a key that nobody has");
            said.is("fault", "127.0.0.2:" + way + ": CORS", "with credentials");
            said.is("fault", "TURN 127.0.0.2:" + way + ": relay", "does not speak STUN or TURN");
            said.is("fault", "127.0.0.2:" + scene.tokens + ": CORS of https://forgotten.example.com", "may not read");
            said.is("ok", "127.0.0.2:" + scene.tokens + ": CORS of others", "");
        }
    }

    @Test
    void faults_of_keys_and_of_vault_are_found() throws Exception {
        var api = scene.vault.api();
        var ring = TestKeys.ringOfThree();
        for (int i = 0; i < 8; i++) {
            api.putSecret("secret", "faulty/ring", KeyRingDocument.write(ring));
        }
        var pairs = new StringBuilder();
        List.of("APInew", "APIold", "APInow").forEach(key -> pairs.append(key).append(": ")
                .append(scene.canaries.plant("the secret of " + key, TestKeys.secretOf(key))).append('\n'));
        api.putSecret("secret", "faulty/livekit", Map.of("keys.yaml", pairs.toString()));
        var weak = Files.writeString(folder.resolve("weak.yaml"),
                "APIweak: " + scene.canaries.plant("a short secret", "short-secret-of-24-chars") + "\n");
        Files.setPosixFilePermissions(weak, PosixFilePermissions.fromString("rw-r--r--"));
        var settings = new HashMap<>(Map.of("keyturn.ring.store", "vault", "quarkus.vault.url", scene.vault.url(),
                "quarkus.vault.authentication.client-token", scene.vault.rootToken(),
                "keyturn.ring.vault.path", "faulty/ring", "keyturn.rotation.target", "vault",
                "keyturn.rotation.vault.path", "faulty/livekit"));
        settings.put("keyturn.policy.file", Files.writeString(folder.resolve("wide.yaml"), """
                rules:
                  - {name: everybody, for: anonymous, rooms: fresh, identity: guest-*, ttl: 6h}
                  - {name: others, for: anonymous, rooms: lobby, identity: guest-*, ttl: 30s}
                """).toString());

        var said = look(settings, "--key-file", weak.toString());

        said.is("fault", "Vault: ring, check-and-set", "not required on secret/faulty/ring");
        said.is("ok", "Vault: ring, old versions", "7 versions before 8 can still be read");
        said.is("fault", "Vault: key file, check-and-set", "not required");
        said.is("fault", "Vault: rights of this login", "root");
        said.is("fault", "key file in secret/faulty/livekit in Vault at " + scene.vault.url() + ": order",
                "APInew is not the last");
        said.is("fault", "key file " + weak + ": secrets", "APIweak has a secret of 24 characters");
        said.is("fault", "key file " + weak + ": mode", "rw-r--r--");
        said.is("warning", "ring", "APInow signs");
        said.is("warning", "policy: TTL", "6 hours");
        assertTrue(said.items("warning").contains("policy"), said.text());
    }

    @Test
    void a_login_that_may_do_more_than_it_needs_is_found() throws Exception {
        var settings = new HashMap<>(scene.rotator);
        settings.remove("quarkus.vault.authentication.client-token");
        settings.putAll(scene.vaultSettings("wide", VaultPolicies.ROTATOR + """
                path "secret/data/*" { capabilities = ["read"] }
                path "secret/metadata/other/livekit" { capabilities = ["read"] }
                path "sys/mounts" { capabilities = ["read"] }
                """));
        settings.put("keyturn.rotation.vault.path", "other/livekit");
        var file = scene.key.key() + ": " + scene.key.secret().reveal() + "\n";
        scene.vault.api().putSecret("secret", "other/livekit", Map.of("keys.yaml", file));
        scene.vault.api().putSecret("secret", "other/livekit", Map.of("keys.yaml", file));

        var said = look(settings);

        said.is("warning", "Vault: key file, old versions", "1 version before 2 can still be read");
        said.is("ok", "Vault: ring, check-and-set", "");
        said.is("fault", "Vault: rights of this login", "read on secret/data/*; read on sys/mounts");
    }

    @Test
    void a_livekit_that_has_never_seen_keyturn_needs_no_configuration() throws Exception {
        var node = scene.nodes.get(1).url();
        var file = folder.resolve("own.yaml");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, scene.key.key() + ": " + scene.key.secret().reveal() + "\n");
        var nowhere = Map.of("keyturn.ring.file.path", folder.resolve("none.json").toString());

        var ended = run(nowhere, "", "doctor", "--url", "wss://127.0.0.2:" + scene.signalling,
                "--nodes", node, "--key-file", file.toString(), "--ca-file", scene.authority.pem().toString());

        assertEquals(0, ended.status(), ended.out() + ended.err());
        assertTrue(ended.out().contains("accepts " + scene.key.key() + ", refuses an unknown key"), ended.out());
        assertTrue(ended.out().contains("0 faults, "), ended.out());
    }

    @Test
    void a_wrong_call_is_not_mistaken_for_a_fault() {
        for (var wrong : List.of(List.of("--url", "livekit.example.com"), List.of("--key-file", "/nowhere/keys.yaml"))) {
            var arguments = new ArrayList<>(List.of("doctor"));
            arguments.addAll(wrong);
            var ended = run(Map.of(), "", arguments.toArray(String[]::new));
            assertEquals(2, ended.status(), wrong + ended.out() + ended.err());
        }
    }
}
