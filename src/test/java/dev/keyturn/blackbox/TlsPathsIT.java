package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.TestAuthority;
import dev.keyturn.TestAuthority.Leaf;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.servers.KeyturnCommand;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.Ports;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.TlsProxy;
import dev.keyturn.servers.VaultApi.AppRole;
import dev.keyturn.servers.VaultPolicies;
import dev.keyturn.servers.VaultServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Every path on which the program is a client, to a real server whose certificate is good, for another name, over, or of
 * someone else's authority: only the first is spoken to, of the others it says what is wrong, and nothing reaches them.
 * docs/tls.md is the table.
 */
@NeedsServer({ServerBinary.VAULT, ServerBinary.LIVEKIT, ServerBinary.NGINX})
class TlsPathsIT {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a server shows, and what is said of it. */
    private enum Shown {
        GOOD(""),
        OTHER_NAME("its certificate is for another name"),
        EXPIRED("its certificate has expired, or is not valid yet"),
        STRANGERS("its certificate is of an authority that is not trusted");

        final String said;

        Shown(String said) {
            this.said = said;
        }
    }

    @TempDir
    static Path folder;

    private static TestAuthority authority;
    private static TestAuthority stranger;
    private static Map<Shown, Leaf> leaves;
    private static VaultServer vault;
    private static KeyRing ring;

    @BeforeAll
    static void certificates() throws Exception {
        authority = TestAuthority.make(folder);
        stranger = TestAuthority.make(folder);
        leaves = new EnumMap<>(Map.of(
                Shown.GOOD, authority.leaf("dns:localhost,ip:127.0.0.1"),
                Shown.OTHER_NAME, authority.leaf("dns:other.example.com,ip:127.0.0.2"),
                Shown.EXPIRED, authority.expired("dns:localhost,ip:127.0.0.1"),
                Shown.STRANGERS, stranger.leaf("dns:localhost,ip:127.0.0.1")));
        vault = VaultServer.tls(authority.leaf("dns:localhost,ip:127.0.0.1"));
        vault.api().policy("serving", VaultPolicies.SERVING);
        ring = KeyRing.first(SigningKey.generate(new SecureRandom(), NOW), NOW);
        vault.api().putSecret("secret", "keyturn/ring", KeyRingDocument.write(ring));
    }

    @AfterAll
    static void stop() {
        vault.close();
    }

    private static Map<String, String> vaultSettings(Path ca) throws IOException {
        AppRole role = vault.api().appRole("serving", Duration.ofHours(1), Duration.ofHours(1), "serving");
        var settings = new HashMap<>(Map.of(
                "keyturn.ring.store", "vault", "keyturn.ring.refresh", "1s", "keyturn.ring.vault.timeout", "20s"));
        settings.putAll(Map.of(
                "quarkus.vault.url", vault.tlsUrl(),
                "quarkus.vault.tls.ca-cert", ca.toString(),
                "quarkus.vault.connect-timeout", "20s", "quarkus.vault.read-timeout", "20s",
                "quarkus.vault.authentication.app-role.role-id", role.roleId(),
                "quarkus.vault.authentication.app-role.secret-id", role.secretId(),
                "keyturn.callers.anonymous", "true",
                "keyturn.policy.file", Files.writeString(folder.resolve("guests.yaml"), """
                        rules:
                          - {name: guests, for: anonymous, rooms: fresh, identity: guest-*}
                        """).toString()));
        return settings;
    }

    @ParameterizedTest
    @EnumSource
    void keyturn_to_vault(Shown shown) throws Exception {
        vault.show(leaves.get(shown));
        var logins = vault.audited("auth/approle/login");

        var ended = KeyturnProcess.run(vaultSettings(authority.pem()), "", "token", "--room=one", "--identity=ann");

        if (shown == Shown.GOOD) {
            assertEquals(0, ended.status(), ended::toString);
            assertEquals(logins + 1, vault.audited("auth/approle/login"));
            return;
        }
        assertEquals(1, ended.status(), ended::toString);
        assertTrue(ended.err().contains("secret/keyturn/ring in Vault at " + vault.tlsUrl() + ": TLS failed, "
                + shown.said + ": "), ended::toString);
        assertFalse(ended.err().contains("\tat "), ended::toString);
        assertEquals(logins, vault.audited("auth/approle/login"), "it has sent its secret");
    }

    @Test
    void a_certificate_of_vault_that_is_renewed_needs_no_restart_of_keyturn() throws Exception {
        vault.show(leaves.get(Shown.EXPIRED));
        try (var keyturn = KeyturnProcess.serve(vaultSettings(authority.pem()))) {
            keyturn.await("the fault is counted", () -> unreachable(keyturn) > 0);
            assertFalse(keyturn.isReady());
            var health = keyturn.management("/q/health/ready").body();
            assertTrue(health.contains("TLS failed, " + Shown.EXPIRED.said), health);

            vault.show(leaves.get(Shown.GOOD));
            keyturn.await("it is ready", keyturn::isReady);
            keyturn.granted("{}");
        }
    }

    /** As docs/vault.md says. */
    @Test
    void the_file_of_vaults_authorities_is_read_at_start_alone() throws Exception {
        vault.show(leaves.get(Shown.GOOD));
        var ca = Files.copy(stranger.pem(), folder.resolve("vault-ca.pem"), StandardCopyOption.REPLACE_EXISTING);
        try (var keyturn = KeyturnProcess.serve(vaultSettings(ca))) {
            keyturn.await("the fault is counted", () -> unreachable(keyturn) > 0);
            Files.copy(authority.pem(), ca, StandardCopyOption.REPLACE_EXISTING);
            var before = unreachable(keyturn);
            keyturn.await("it goes on failing", () -> unreachable(keyturn) > before + 2 || keyturn.isReady());
            assertFalse(keyturn.isReady());
        }
        Files.writeString(ca, Files.readString(stranger.pem()) + Files.readString(authority.pem()));
        try (var keyturn = KeyturnProcess.serve(vaultSettings(ca))) {
            keyturn.await("with both in the file it is ready", keyturn::isReady);
        }
    }

    private static double unreachable(KeyturnProcess keyturn) {
        return keyturn.metric("keyturn_ring_refreshes_total{outcome=\"unreachable\"}");
    }

    /** One issuer for each certificate; a bearer goes to none but the good one's page. */
    @Test
    void keyturn_to_the_keys_of_an_issuer() throws Exception {
        new FileKeyRingStore(folder.resolve("issuers.json")).write(ring, null);
        var settings = new HashMap<>(Map.of(
                "keyturn.ring.store", "file", "keyturn.ring.file.path", folder.resolve("issuers.json").toString(),
                "keyturn.policy.file", Files.writeString(folder.resolve("issuers.yaml"), """
                        rules:
                          - {name: known, for: authenticated, rooms: fresh}
                        """).toString()));
        var issuers = new EnumMap<Shown, TestIssuer>(Shown.class);
        var proxies = new EnumMap<Shown, TlsProxy>(Shown.class);
        try {
            for (var shown : Shown.values()) {
                var issuer = TestIssuer.start("https://" + shown + ".example", "ES256", Clock.systemUTC());
                issuers.put(shown, issuer);
                var url = issuer.jwksUrl().toString().replace("/jwks", "");
                proxies.put(shown, TlsProxy.before(url, leaves.get(shown)));
                var prefix = "keyturn.callers.issuers." + shown.name().toLowerCase() + ".";
                settings.putAll(issuer.settings(shown.name().toLowerCase()));
                settings.put(prefix + "jwks-url", proxies.get(shown).url() + "/jwks");
                settings.put(prefix + "ca-file", authority.pem().toString());
                settings.put(prefix + "bearer-file", Files.writeString(folder.resolve("bearer"), "a.b.c").toString());
            }
            try (var keyturn = KeyturnProcess.serve(settings)) {
                for (var shown : Shown.values()) {
                    var outcome = shown == Shown.GOOD ? "fetched" : "unreachable";
                    keyturn.await(shown + " is " + outcome, () -> keyturn.metric("keyturn_issuer_fetches_total{issuer=\""
                            + shown.name().toLowerCase() + "\",outcome=\"" + outcome + "\"") > 0);
                    var answer = keyturn.token("{}", "Authorization",
                            "Bearer " + issuers.get(shown).bearer(Map.of("sub", "ann")));
                    assertEquals(shown == Shown.GOOD ? 201 : 503, answer.statusCode(), shown + answer.body());
                    assertEquals(shown == Shown.GOOD, proxies.get(shown).requests() > 0, shown + " was asked");
                    if (shown != Shown.GOOD) {
                        var line = "the keys of issuer " + shown.name().toLowerCase()
                                + " could not be fetched: no answer: TLS: " + shown.said;
                        keyturn.await(line, () -> keyturn.log().contains(line));
                    }
                }
            }
        } finally {
            proxies.values().forEach(TlsProxy::close);
            issuers.values().forEach(TestIssuer::close);
        }
    }

    /** LiveKit has the new key: nothing but the certificate of a node stands in the way. */
    @Test
    void keyturn_to_the_nodes_of_livekit() throws Exception {
        var ringFile = folder.resolve("rotated.json");
        var store = new FileKeyRingStore(ringFile);
        var next = SigningKey.generate(new SecureRandom(), NOW);
        store.write(KeyRing.first(ring.active(), NOW).stage(next), null);
        var keys = new LinkedHashMap<String, String>();
        keys.put(ring.active().key().value(), ring.active().secret().reveal());
        keys.put(next.key().value(), next.secret().reveal());
        var settings = new HashMap<>(Map.of("keyturn.ring.store", "file", "keyturn.ring.file.path", ringFile.toString(),
                "keyturn.rotation.nodes-ca", authority.pem().toString(), "keyturn.rotation.longest-ttl", "1s",
                "keyturn.rotation.settle", "100ms"));
        try (var liveKit = LiveKitServer.start(keys)) {
            for (var shown : Shown.values()) {
                if (shown == Shown.GOOD) {
                    continue;
                }
                try (var node = TlsProxy.before(liveKit.url(), leaves.get(shown))) {
                    settings.put("keyturn.rotation.nodes", node.url());
                    var row = status(settings);
                    assertEquals("does not answer (TLS: " + shown.said + ")", row.path("problem").asText(), row::toString);
                    row.path("keys").forEach(says -> assertFalse(says.asText().startsWith("accept"), row::toString));
                    var ended = KeyturnProcess.run(settings, "", "rotate");
                    assertEquals(3, ended.status(), ended::toString);
                    assertTrue(ended.out().contains("TLS: " + shown.said), ended::toString);
                    assertEquals(next.key(), store.read().orElseThrow().ring().in(KeyState.STAGED).get(0).key());
                    assertEquals(0, node.requests(), "a token was shown to " + shown);
                }
            }
            try (var node = TlsProxy.before(liveKit.url(), leaves.get(Shown.GOOD))) {
                settings.put("keyturn.rotation.nodes", node.url());
                assertEquals("accepts", status(settings).path("keys").path(next.key().value()).asText());
                var ended = KeyturnProcess.run(settings, "", "rotate");
                assertEquals(0, ended.status(), ended::toString);
                assertEquals(next.key(), store.read().orElseThrow().ring().active().key());
            }
        }
    }

    private static JsonNode status(Map<String, String> settings) throws IOException {
        var ended = KeyturnProcess.run(settings, "", "status", "--json");
        return JSON.readTree(ended.out().lines().reduce((before, last) -> last).orElseThrow()).at("/nodes/0");
    }

    /** By Keyturn's own listener, as docs/agents.md has it. */
    @ParameterizedTest
    @EnumSource
    void an_agents_exec_to_keyturn(Shown shown) throws Exception {
        new FileKeyRingStore(folder.resolve(shown + ".json")).write(ring, null);
        var issuer = TestIssuer.start("https://k8s.example", "ES256", Clock.systemUTC());
        var port = Ports.free();
        var settings = new HashMap<>(issuer.settings("k8s", folder));
        settings.putAll(Map.of("keyturn.ring.store", "file",
                "keyturn.ring.file.path", folder.resolve(shown + ".json").toString(),
                "keyturn.policy.file", Files.writeString(folder.resolve("agents.yaml"), """
                        credentials:
                          - {name: agents, for: {issuer: "https://k8s.example", claims: {sub: agent}}}
                        """).toString(),
                "quarkus.http.ssl-port", "" + port,
                "quarkus.http.tls-configuration-name", "public",
                "quarkus.tls.public.key-store.pem.0.cert", leaves.get(shown).certificate().toString(),
                "quarkus.tls.public.key-store.pem.0.key", leaves.get(shown).key().toString()));
        var token = Files.writeString(folder.resolve("agent-token"), issuer.bearer(Map.of("sub", "agent")));
        try (var keyturn = KeyturnProcess.serve(settings);
                var exec = KeyturnCommand.start(Map.of("keyturn.exec.ca-file", authority.pem().toString()),
                        "exec", "--from=https://127.0.0.1:" + port, "--token-file=" + token, "--no-restart", "--",
                        "sh", "-c", "echo agent with $LIVEKIT_API_KEY")) {
            var said = shown == Shown.GOOD ? "agent with " + ring.active().key()
                    : "https://127.0.0.1:" + port + "/agent/credentials does not answer (TLS: " + shown.said + ")";
            keyturn.await(said + " in " + exec.lines(),
                    () -> exec.lines().stream().anyMatch(line -> line.contains(said)));
            assertEquals(shown == Shown.GOOD, exec.lines().stream().anyMatch(line -> line.startsWith("agent with ")));
            assertEquals(shown == Shown.GOOD ? 1 : 0, keyturn.log().lines()
                    .filter(line -> line.contains("\"audit\":\"credentials\"")).count());
        } finally {
            issuer.close();
        }
    }
}
