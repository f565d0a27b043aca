package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.TestAuthority;
import dev.keyturn.TestAuthority.Leaf;
import dev.keyturn.keys.Hmac;
import dev.keyturn.keys.SignedJwt;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.CoturnServer;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NginxWith;
import dev.keyturn.servers.Ports;
import dev.keyturn.servers.VaultPolicies;
import dev.keyturn.servers.VaultServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A whole deployment that is as it should be, for {@code keyturn doctor} to look at: Vault, Keyturn, two nodes of LiveKit
 * with their metrics behind a password, nginx with TLS before both, TURN over TLS. Servers are on 127.0.0.1; 127.0.0.2
 * is what clients come by.
 */
final class DoctorScene implements AutoCloseable {

    static final String ORIGIN = "https://app.example.com";
    static final String METRICS_USER = "prometheus";

    final Path folder;
    final Canaries canaries = new Canaries();
    final TestAuthority authority;
    final Leaf leaf;
    final VaultServer vault;
    final SigningKey key;
    final KeyturnProcess keyturn;
    final List<LiveKitServer> nodes = new ArrayList<>();
    final List<Integer> metrics = new ArrayList<>();
    final CoturnServer turn;
    final int signalling = Ports.free();
    final int plain = Ports.free();
    final int tokens = Ports.free();
    final String metricsPassword;
    final Map<String, String> rotator;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    DoctorScene(Path folder) throws Exception {
        this.folder = folder;
        authority = TestAuthority.make(folder);
        leaf = authority.leaf("ip:127.0.0.1,ip:127.0.0.2");
        metricsPassword = canaries.plant("the password of the metrics", "metrics-password-of-the-scene");
        var policy = Files.writeString(folder.resolve("policy.yaml"), """
                rules:
                  - {name: guests, for: anonymous, rooms: fresh, identity: guest-*, ttl: 5m}
                """).toString();
        vault = running(VaultServer.dev());
        canaries.plant("Vault's root token", vault.rootToken());
        vault.api().prepare("keyturn/ring", "keyturn/livekit");
        rotator = new HashMap<>(vaultSettings("rotator", VaultPolicies.ROTATOR));
        rotator.keySet().removeIf(name -> name.startsWith("quarkus.vault.authentication."));
        rotator.put("quarkus.vault.authentication.client-token", // without Vault's default policy, as k8s/vault/setup
                canaries.plant("the rotator's token", vault.api().token(Duration.ofHours(1), "rotator")));
        rotator.putAll(Map.of("keyturn.policy.file", policy, "keyturn.rotation.target", "vault",
                "keyturn.rotation.nodes", "http://127.0.0.1:1"));
        run(rotator, "init");
        run(rotator, "rotate"); // puts the first key file there
        var file = KeyFile.read(KeyFileCarrier.inVault(vault.api()));
        var pair = file.pairs().entrySet().iterator().next();
        key = SigningKey.staged(pair.getKey(), pair.getValue(), Instant.EPOCH);
        canaries.plant("the secret of the ring", pair.getValue().reveal());

        var serving = vaultSettings("serving", VaultPolicies.SERVING);
        serving.putAll(Map.of("keyturn.policy.file", policy, "keyturn.callers.anonymous", "true",
                "keyturn.cors.origins", ORIGIN, "keyturn.ring.refresh", "1s"));
        keyturn = running(KeyturnProcess.serve(serving));
        keyturn.await("it is ready", keyturn::isReady);
        for (int i = 0; i < 2; i++) {
            node(Map.of(key.key().value(), key.secret().reveal()),
                    "webhook: {api_key: " + key.key() + ", urls: [\"" + keyturn.url() + "/webhook\"]}",
                    Map.of("LIVEKIT_PROMETHEUS_USERNAME", METRICS_USER,
                            "LIVEKIT_PROMETHEUS_PASSWORD", metricsPassword));
        }
        rotator.put("keyturn.rotation.nodes", nodes.get(0).url() + "," + nodes.get(1).url());
        rotator.put("keyturn.livekit.url", "wss://127.0.0.2:" + signalling);
        turn = running(CoturnServer.start(leaf.certificate(), leaf.key()));
        running(NginxWith.start(Ports.free(), tls(signalling, leaf, nodes.get(0).url(), "")
                + tls(tokens, leaf, keyturn.url(), "")
                + "server { listen 127.0.0.2:" + plain + "; return 301 https://127.0.0.2:" + signalling
                + "$request_uri; }"));
        webhook();
    }

    <T extends AutoCloseable> T running(T server) {
        running.push(server);
        return server;
    }

    /** A node, whose metrics are at the last of {@link #metrics}. */
    LiveKitServer node(Map<String, String> keys, String options, Map<String, String> environment) {
        var port = Ports.free();
        metrics.add(port);
        var node = running(LiveKitServer.start(keys, "prometheus_port: " + port + "\n" + options));
        if (!environment.isEmpty()) {
            node.restart(keys, environment);
        }
        nodes.add(node);
        return node;
    }

    /** A server of nginx with TLS at 127.0.0.2, and what a proxy for WebSockets needs. */
    static String tls(int port, Leaf shown, String upstream, String more) {
        return """
                server {
                  listen 127.0.0.2:%d ssl;
                  ssl_certificate %s;
                  ssl_certificate_key %s;
                  %s
                  location / {
                    proxy_pass %s;
                    proxy_http_version 1.1;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection "upgrade";
                  }
                }
                """.formatted(port, shown.certificate(), shown.key(), more, upstream);
    }

    Map<String, String> vaultSettings(String name, String policy) {
        vault.api().policy(name, policy);
        var role = vault.api().appRole(name, Duration.ofHours(1), Duration.ofHours(24), name);
        canaries.plant("the secret id of " + name, role.secretId());
        return new HashMap<>(Map.of("keyturn.ring.store", "vault", "quarkus.vault.url", vault.url(),
                "quarkus.vault.connect-timeout", "20s", "quarkus.vault.read-timeout", "20s",
                "keyturn.ring.vault.timeout", "20s", "keyturn.rotation.vault.timeout", "20s", // for a busy machine
                "quarkus.vault.authentication.app-role.role-id", role.roleId(),
                "quarkus.vault.authentication.app-role.secret-id", role.secretId()));
    }

    private static void run(Map<String, String> settings, String command) {
        var ended = KeyturnProcess.run(settings, "", command);
        assertEquals(0, ended.status(), ended.out() + ended.err());
    }

    /** A room is made, which LiveKit tells Keyturn. */
    private void webhook() throws Exception {
        var claims = """
                {"iss": "%s", "sub": "test", "exp": %d, "video": {"roomCreate": true}}
                """.formatted(key.key(), Instant.now().getEpochSecond() + 60);
        var token = SignedJwt.of(Hmac.keyed(key.secret()), claims.getBytes(StandardCharsets.UTF_8));
        var answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(
                        URI.create(nodes.get(0).url() + "/twirp/livekit.RoomService/CreateRoom"))
                .header("Authorization", "Bearer " + token).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"name\": \"looked-at\"}")).build(), BodyHandlers.ofString());
        assertEquals(200, answer.statusCode());
        keyturn.await("the webhook has come", () -> keyturn.metric("keyturn_webhooks_total") > 0);
    }

    @Override
    public void close() {
        for (var server : running) {
            try {
                server.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
