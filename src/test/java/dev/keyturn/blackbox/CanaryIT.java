package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestKeys;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.servers.FaultyProxy;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultPolicies;
import dev.keyturn.servers.VaultServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A secret in the ring, in a bearer token, in a body or in the settings is found in nothing that the program says, at
 * any log level, whatever goes wrong. The room, the identity and the caller's subject are in the audit, and no secrets.
 */
@NeedsServer(ServerBinary.VAULT)
class CanaryIT {

    private static final String BODY = """
            {"room_name": "r:1", "participant_metadata": "canary-metadata", "participant_attributes": {"lang": "canary-attribute"},
             "canary_unknown": "canary-unknown"}""";

    @TempDir
    Path folder;

    private final Canaries canaries = new Canaries();
    private final Map<String, String> settings = new HashMap<>();
    private VaultServer vault;

    @BeforeEach
    void plant() throws IOException {
        vault = VaultServer.dev(); // of its own, for its ring is overwritten here
        vault.api().policy("canary", VaultPolicies.SERVING);
        var ring = TestKeys.ring("APIcanary");
        canaries.plant("the ring's secret", ring.active().secret().reveal());
        vault.api().putSecret("secret", "keyturn/ring", KeyRingDocument.write(ring));
        settings.putAll(Map.of(
                "keyturn.ring.store", "vault",
                "keyturn.ring.refresh", "1s",
                "keyturn.ring.vault.timeout", "1s",
                "quarkus.vault.url", vault.url(),
                "quarkus.vault.authentication.client-token",
                canaries.plant("Vault's token", vault.api().token(Duration.ofHours(1), "canary")),
                "keyturn.policy.hash-key", canaries.plant("the hash key", "canary-hash-key-of-32-characters"),
                "keyturn.policy.file", Files.writeString(folder.resolve("policy.yaml"), """
                        rules:
                          - name: members
                            for: {issuer: "https://id.example"}
                            rooms: ["r:*"]
                            identity: "i/{email|hash}"
                            may_set: [participant_metadata, participant_attributes]
                            rate: 3/1h
                        credentials:
                          - name: agent
                            for: {issuer: "https://id.example", claims: {role: agent}}
                        """).toString(),
                "quarkus.log.level", "DEBUG",
                "quarkus.log.category.\"dev.keyturn\".level", "TRACE"));
        canaries.plant("a value of a body", "canary-metadata");
        canaries.plant("an attribute's value", "canary-attribute");
        canaries.plant("an unknown field's name", "canary_unknown");
        canaries.plant("an unknown field's value", "canary-unknown");
    }

    @AfterEach
    void end() {
        vault.close();
    }

    @Test
    void nothing_of_a_secret_is_said_whatever_is_asked_and_whatever_vault_does() throws IOException {
        try (var issuer = TestIssuer.start("https://id.example", "ES256", Clock.systemUTC());
                var proxy = FaultyProxy.before(vault.url())) {
            settings.putAll(issuer.settings("main", folder));
            settings.put("quarkus.vault.url", proxy.url());
            var keyturn = KeyturnProcess.serve(settings);
            try (keyturn) {
                ask(keyturn, issuer);
                askForCredentials(keyturn, issuer);
                for (var fault : VaultFault.values()) {
                    suffer(keyturn, proxy, fault.outcome, () -> fault.begin(proxy));
                }
                var secret = canaries.plant("a half ring's secret", "canary-half-a-ring-" + "y".repeat(30));
                suffer(keyturn, proxy, "broken", () -> proxy.document("{\"schema\": 1, \"version\": 9, \"keys\": [{"
                        + "\"key\": \"APIx\", \"secret\": \"" + secret + "\","
                        + " \"state\": \"canary-state-no-such\"}]}", 9));
                canaries.plant("a foreign document's value", "canary-of-a-foreign-document");
                canaries.plant("a broken ring's state", "canary-state-no-such");
                look(keyturn);
                canaries.heard("the command line", Files.readString(Path.of("/proc", "" + keyturn.pid(), "cmdline")));
                var log = keyturn.end();
                assertTrue(log.contains("\"outcome\":\"granted\"") && log.contains(" DEBUG ")
                        && log.contains("\"audit\":\"credentials\""), "heard nothing: " + log);
                canaries.heard("the log", log);
            }
        }
        canaries.assertSilence();
    }

    private void ask(KeyturnProcess keyturn, TestIssuer issuer) {
        var email = canaries.plant("a claim's value", "canary@claims.example");
        var claims = issuer.claims(Map.of("sub", "ann", "email", email));
        var bearer = canaries.plantToken("the bearer", issuer.bearer(claims));
        var good = "Bearer " + bearer;
        canaries.plantToken("the token", keyturn.granted(BODY, "Authorization", good));
        answered(403, keyturn, BODY.replace("r:1", "x:1"), good);
        var named = BODY.replace("{\"room_name", "{\"participant_name\": \"canary-name-refused\", \"room_name");
        answered(403, keyturn, named, good);
        canaries.plant("a value that was refused", "canary-name-refused");
        answered(400, keyturn, BODY.replace("\"canary-metadata\"", "[\"canary-metadata\"]"), good);
        answered(400, keyturn, BODY.replace("{\"lang\"", "{\"lang\": \"canary-attribute\", \"lang\""), good);
        answered(400, keyturn, BODY.substring(0, BODY.indexOf("canary-attribute") + 16), good);
        answered(400, keyturn, "canary-unknown", good);
        answered(413, keyturn, BODY + " ".repeat(70_000), good);
        keyturn.granted(BODY, "Authorization", good);
        keyturn.granted(BODY, "Authorization", good);
        answered(429, keyturn, BODY, good);
        for (var bad : badBearers(issuer, claims, bearer)) {
            answered(401, keyturn, BODY, bad);
        }
        answered(401, keyturn, BODY);
    }

    /** Only the answer 200 itself may hold the ring's secret, in its body. */
    private void askForCredentials(KeyturnProcess keyturn, TestIssuer issuer) {
        var claims = issuer.claims(Map.of("sub", "agent", "role", "agent"));
        var good = "Bearer " + canaries.plantToken("an agent's bearer", issuer.bearer(claims));
        var given = keyturn.page("/agent/credentials", "Authorization", good, "Keyturn-Request", "credentials");
        assertEquals(200, given.statusCode(), "no credentials");
        assertTrue(given.body().contains(TestKeys.secretOf("APIcanary")), "the answer is another");
        canaries.heard("the headers of an answer", given.headers().map().toString());
        for (var bad : List.of(
                List.of("Authorization", good, "Keyturn-Request", "credentials",
                        "If-None-Match", given.headers().firstValue("ETag").orElseThrow(), "Prefer", "wait=1"),
                List.of("Authorization", good),
                List.of("Authorization", "Bearer canary-unknown", "Keyturn-Request", "credentials"),
                List.of("Authorization", "Bearer " + issuer.bearer(issuer.claims(Map.of("sub", "ann"))),
                        "Keyturn-Request", "credentials", "If-None-Match", "\"canary-unknown\""))) {
            var answer = keyturn.page("/agent/credentials", bad.toArray(String[]::new));
            assertTrue(answer.statusCode() >= 300, "" + answer.statusCode());
            canaries.heard("an answer " + answer.statusCode(), answer.body() + answer.headers().map());
        }
    }

    private List<String> badBearers(TestIssuer issuer, Map<String, Object> claims, String bearer) {
        var bad = new ArrayList<>(List.of("Basic canary-unknown", "canary-unknown", "Bearer canary-unknown",
                "Bearer " + bearer + "x", "Bearer " + bearer.substring(0, bearer.lastIndexOf('.')) + ".AAAA"));
        for (var change : List.of(Map.of("aud", "canary-unknown"), Map.of("iss", "canary-unknown"),
                Map.of("exp", "canary-unknown"), Map.of("exp", 1), Map.of("sub", List.of("canary-unknown")))) {
            var changed = new HashMap<>(claims);
            changed.putAll(change);
            bad.add("Bearer " + canaries.plantToken("a bad bearer", issuer.bearer(changed)));
        }
        bad.remove(bad.size() - 1); // a subject that is no text is no reason to refuse
        return bad;
    }

    private void answered(int status, KeyturnProcess keyturn, String body, String... authorization) {
        var headers = authorization.length == 0 ? authorization : new String[] {"Authorization", authorization[0]};
        var answer = keyturn.token(body, headers);
        assertEquals(status, answer.statusCode(), answer.body());
        canaries.heard("an answer " + status, answer.body() + answer.headers().map());
    }

    /** Waits until a read of the ring came to this, and then until one was good again. */
    private void suffer(KeyturnProcess keyturn, FaultyProxy proxy, String outcome, Runnable begin) {
        var before = refreshes(keyturn, outcome);
        begin.run();
        keyturn.await("a read is " + outcome, () -> refreshes(keyturn, outcome) > before);
        canaries.heard("the health", keyturn.management("/q/health").body());
        var good = refreshes(keyturn, "unchanged");
        proxy.pass();
        keyturn.await("a read is good", () -> refreshes(keyturn, "unchanged") > good);
    }

    private static double refreshes(KeyturnProcess keyturn, String outcome) {
        return keyturn.metric("keyturn_ring_refreshes_total{outcome=\"" + outcome + "\"}");
    }

    private void look(KeyturnProcess keyturn) {
        for (var page : List.of("/metrics", "/q/health", "/q/health/live", "/q/health/ready",
                "/q/health/started", "/q/openapi")) {
            canaries.heard(page, keyturn.management(page).body() + keyturn.page(page).body());
        }
        assertEquals(200, keyturn.management("/metrics").statusCode());
        for (var page : List.of("/q/info", "/q/dev", "/q/dev-ui", "/q/arc", "/q/arc/beans",
                "/q/swagger-ui", "/q/configurations")) {
            assertEquals(404, keyturn.page(page).statusCode(), page);
            assertEquals(404, keyturn.management(page).statusCode(), page);
        }
    }

    @Test
    void a_login_that_fails_does_not_say_with_what() {
        var role = vault.api().appRole("canary", Duration.ofMinutes(1), Duration.ofMinutes(1), "canary");
        for (var login : List.of(
                Map.of("quarkus.vault.authentication.client-token",
                        canaries.plant("a bad token", "hvs.canary-bad-token")),
                Map.of("quarkus.vault.authentication.client-token", "",
                        "quarkus.vault.authentication.app-role.role-id", role.roleId(),
                        "quarkus.vault.authentication.app-role.secret-id",
                        canaries.plant("a bad secret id", "canary-secret-id")))) {
            settings.putAll(login);
            try (var keyturn = KeyturnProcess.serve(settings)) {
                keyturn.await("the login fails", () -> refreshes(keyturn, "denied") > 0);
                canaries.heard("the health", keyturn.management("/q/health").body());
                answered(401, keyturn, BODY);
                canaries.heard("the log", keyturn.end());
            }
        }
        canaries.assertSilence();
    }

    @Test
    void an_init_that_fails_does_not_say_the_secret_that_it_was_given() {
        var pair = "APIother: " + canaries.plant("an imported secret", "canary-imported-" + "z".repeat(30)) + "\n";
        for (var fault : List.of(VaultFault.FORBIDDEN, VaultFault.SERVER_ERROR, VaultFault.CUT_SHORT,
                VaultFault.NOT_VAULT)) {
            try (var proxy = FaultyProxy.before(vault.url())) {
                fault.begin(proxy);
                settings.put("quarkus.vault.url", proxy.url());
                init(1, pair);
            }
        }
        settings.put("quarkus.vault.url", vault.url());
        init(1, pair); // it may only read
        vault.api().policy("canary", VaultPolicies.ROTATOR);
        init(3, pair);
        canaries.assertSilence();
    }

    private void init(int status, String pair) {
        var ended = KeyturnProcess.run(settings, pair, "init", "--import", "-");
        assertEquals(status, ended.status(), ended.err());
        canaries.heard("standard output", ended.out());
        canaries.heard("standard error", ended.err());
    }

    /** Those of the unit tests, whose rings are {@link TestKeys}: their logs are in the reports. */
    @Test
    void no_secret_of_a_test_is_in_the_reports() throws IOException {
        var secret = TestKeys.secretOf("");
        for (var reports : List.of(Path.of("target/surefire-reports"), Path.of("target/failsafe-reports"))) {
            if (Files.isDirectory(reports)) {
                try (var files = Files.walk(reports)) {
                    for (var file : files.filter(Files::isRegularFile).toList()) {
                        var text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
                        assertFalse(text.contains(secret), file.toString());
                    }
                }
            }
        }
    }
}
