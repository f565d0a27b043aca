package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.callers.TestIssuer;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultPolicies;
import dev.keyturn.servers.VaultServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent's credentials from the packaged program, whose ring is in a real Vault. */
@NeedsServer(ServerBinary.VAULT)
class AgentCredentialsIT {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path folder;

    private final SecureRandom random = new SecureRandom();
    private final Map<String, String> settings = new HashMap<>();
    private KeyRing ring;
    private VaultServer vault;
    private TestIssuer issuer;

    @BeforeEach
    void start() throws IOException {
        vault = VaultServer.dev(); // of its own, for its ring is overwritten here
        vault.api().policy("serving", VaultPolicies.SERVING);
        put(KeyRing.first(SigningKey.generate(random, NOW), NOW));
        issuer = TestIssuer.start("https://k8s.example", "ES256", Clock.systemUTC());
        settings.putAll(issuer.settings("k8s", folder));
        settings.putAll(Map.of(
                "keyturn.ring.store", "vault",
                "keyturn.ring.refresh", "1s",
                "quarkus.vault.url", vault.url(),
                "quarkus.vault.authentication.client-token", vault.api().token(Duration.ofHours(1), "serving"),
                "quarkus.shutdown.timeout", "9s",
                "keyturn.policy.file", Files.writeString(folder.resolve("policy.yaml"), """
                        credentials:
                          - name: support-agent
                            for: {issuer: "https://k8s.example", claims: {kubernetes.io/namespace: agents}}
                            agent_name: support
                        """).toString()));
    }

    @AfterEach
    void stop() {
        issuer.close();
        vault.close();
    }

    private void put(KeyRing next) {
        ring = next;
        vault.api().putSecret("secret", "keyturn/ring", KeyRingDocument.write(next));
    }

    private HttpResponse<String> ask(KeyturnProcess keyturn, String... headers) {
        var all = new ArrayList<>(List.of("Keyturn-Request", "credentials", "Authorization", "Bearer " + issuer.bearer(
                Map.of("sub", "system:serviceaccount:agents:a", "kubernetes.io", Map.of("namespace", "agents")))));
        all.addAll(List.of(headers));
        return keyturn.page("/agent/credentials", all.toArray(String[]::new));
    }

    private CompletableFuture<HttpResponse<String>> poll(KeyturnProcess keyturn, String tag) {
        var answer = CompletableFuture.supplyAsync(() -> ask(keyturn, "If-None-Match", tag, "Prefer", "wait=60"))
                .orTimeout(30, TimeUnit.SECONDS); // half of what it may wait
        keyturn.await("the poll waits", () -> keyturn.metric("keyturn_agent_polls_waiting") == 1);
        return answer;
    }

    private static String tag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    @Test
    void an_agent_gets_the_pair_and_hears_of_the_next_one_when_the_replica_does() {
        try (var keyturn = KeyturnProcess.serve(settings)) {
            keyturn.await("it has a ring", keyturn::isReady);
            var first = ask(keyturn);
            assertEquals(200, first.statusCode(), first.body());
            assertEquals(ring.active().secret().reveal(), KeyturnProcess.json(first).path("api_secret").asText());
            assertEquals("wss://livekit.test", KeyturnProcess.json(first).path("url").asText());
            var again = ask(keyturn, "If-None-Match", tag(first));
            assertEquals(304, again.statusCode());
            assertEquals("", again.body());

            var poll = poll(keyturn, tag(first));
            var next = SigningKey.generate(random, NOW);
            put(ring.stage(next));
            keyturn.await("it has read that", () -> keyturn.metric("keyturn_ring_version") == ring.version());
            assertFalse(poll.isDone());
            put(ring.promote(next.key(), NOW));

            assertEquals(next.key().value(), KeyturnProcess.json(poll.join()).path("api_key").asText());
            ask(keyturn, "If-None-Match", tag(first));
            assertEquals(2, keyturn.metric("keyturn_agent_polls_total{answer=\"credentials\",held_key=\"retiring\""));
            assertEquals(3, keyturn.end().lines().filter(line -> line.contains("\"audit\":\"credentials\"")).count());
        }
    }

    @Test
    void a_stop_does_not_wait_for_a_poll_and_answers_it() {
        try (var keyturn = KeyturnProcess.serve(settings)) {
            keyturn.await("it has a ring", keyturn::isReady);
            var poll = poll(keyturn, tag(ask(keyturn)));

            var log = keyturn.end();

            assertEquals(304, poll.join().statusCode());
            assertTrue(log.contains("keyturn stopped in"), log);
            assertFalse(log.contains("Timed out waiting for graceful shutdown"), log);
        }
    }
}
