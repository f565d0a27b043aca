package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.servers.FaultyProxy;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultPolicies;
import dev.keyturn.servers.VaultServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Vault's faults, one by one: tokens go on from the last good ring, nobody waits, and it mends by itself. */
@NeedsServer(ServerBinary.VAULT)
class VaultOutageIT {

    @TempDir
    static Path folder;

    private static VaultServer vault;
    private static KeyRing ring;
    private static String policyFile;

    private FaultyProxy proxy;

    @BeforeAll
    static void store() throws IOException {
        vault = VaultServer.dev(); // of its own, for its ring is overwritten here
        vault.api().policy("outage", VaultPolicies.SERVING);
        var now = Instant.parse("2026-01-01T00:00:00Z");
        var random = new SecureRandom();
        ring = KeyRing.first(SigningKey.generate(random, now), now).stage(SigningKey.generate(random, now));
        put(ring);
        policyFile = Files.writeString(folder.resolve("policy.yaml"), """
                rules:
                  - name: guests
                    for: anonymous
                    rooms: fresh
                    identity: guest-*
                """).toString();
    }

    @AfterAll
    static void stop() {
        vault.close();
    }

    private static void put(KeyRing ring) {
        vault.api().putSecret("secret", "keyturn/ring", KeyRingDocument.write(ring));
    }

    @BeforeEach
    void begin() {
        put(ring);
        proxy = FaultyProxy.before(vault.url());
    }

    @AfterEach
    void end() {
        proxy.close();
    }

    private KeyturnProcess serve(Map<String, String> settings) {
        var all = new HashMap<>(Map.of(
                "quarkus.vault.url", proxy.url(),
                "quarkus.vault.authentication.client-token", vault.api().token(Duration.ofHours(1), "outage"),
                "keyturn.ring.store", "vault",
                "keyturn.ring.refresh", "1s",
                "keyturn.ring.vault.timeout", "1s",
                "keyturn.callers.anonymous", "true",
                "keyturn.policy.file", policyFile));
        all.putAll(settings);
        return KeyturnProcess.serve(all);
    }

    private static double refreshes(KeyturnProcess keyturn, String outcome) {
        return keyturn.metric("keyturn_ring_refreshes_total{outcome=\"" + outcome + "\"}");
    }

    private static void awaitAnother(KeyturnProcess keyturn, String outcome) {
        var before = refreshes(keyturn, outcome);
        keyturn.await("another read of the ring is " + outcome, () -> refreshes(keyturn, outcome) > before);
    }

    @Test
    void tokens_go_on_from_the_last_good_ring_through_every_fault_while_serving() {
        try (var keyturn = serve(Map.of())) {
            for (var fault : VaultFault.values()) {
                fault.begin(proxy);
                awaitAnother(keyturn, fault.outcome);
                keyturn.granted("{}");
                assertTrue(keyturn.isReady(), fault + " takes the replica away");
                assertEquals(ring.version(), keyturn.metric("keyturn_ring_version"), fault.toString());
                proxy.pass();
                awaitAnother(keyturn, "unchanged");
            }
            assertFalse(keyturn.log().contains("canary-of-a-foreign-document"), keyturn.log());
            assertFalse(keyturn.log().contains("\tat "), "a stack trace: " + keyturn.log());
        }
    }

    @ParameterizedTest
    @EnumSource(VaultFault.class)
    void a_start_in_a_fault_is_live_and_not_ready_and_mends_by_itself(VaultFault fault) {
        fault.begin(proxy);
        try (var keyturn = serve(Map.of())) {
            keyturn.await("the fault is counted", () -> refreshes(keyturn, fault.outcome) > 0);
            assertFalse(keyturn.isReady());
            var answer = keyturn.token("{}");
            assertEquals(503, answer.statusCode(), answer.body());
            assertEquals("1", answer.headers().firstValue("Retry-After").orElse(""));
            assertTrue(KeyturnProcess.json(answer).path("detail").asText().contains("no signing key"), answer.body());
            proxy.pass();
            keyturn.await("it is ready", keyturn::isReady);
            keyturn.granted("{}");
        }
    }

    @Test
    void a_ring_that_goes_backwards_is_refused_and_shouted_about() throws IOException {
        try (var keyturn = serve(Map.of())) {
            var older = KeyRing.first(ring.active(), ring.active().since());
            proxy.document(new ObjectMapper().writeValueAsString(KeyRingDocument.write(older)), 99);
            awaitAnother(keyturn, "older");
            assertEquals(ring.version(), keyturn.metric("keyturn_ring_version"));
            keyturn.granted("{}");
            assertTrue(keyturn.log().contains("ERROR"), keyturn.log());
        }
    }

    @Test
    void a_newer_ring_signs_without_a_restart() {
        try (var keyturn = serve(Map.of())) {
            var next = ring.promote(ring.keys().get(1).key(), Instant.parse("2026-01-02T00:00:00Z"));
            put(next);
            keyturn.await("the new key signs", () -> keyturn.metric("keyturn_ring_version") == next.version());
            assertTrue(keyturn.log().contains(next.active().key() + " ACTIVE"), keyturn.log());
        }
    }

    @Test
    void no_request_waits_for_vault() {
        try (var keyturn = serve(Map.of("keyturn.ring.vault.timeout", "20s"))) {
            proxy.blackHole();
            keyturn.await("a read hangs", () -> proxy.held() > 0);
            for (int i = 0; i < 50; i++) {
                keyturn.granted("{}");
            }
            assertTrue(proxy.held() > 0, "the read has ended, so this shows nothing");
        }
    }

    @Test
    void a_token_costs_no_call_to_vault() {
        try (var keyturn = serve(Map.of("keyturn.ring.refresh", "1h"))) {
            keyturn.granted("{}");
            var calls = proxy.count();
            for (int i = 0; i < 1000; i++) {
                keyturn.granted("{}");
            }
            assertEquals(calls, proxy.count());
        }
    }

    @Test
    void past_max_staleness_nothing_is_signed_and_readiness_says_why_until_vault_is_back() {
        try (var keyturn = serve(Map.of("keyturn.ring.max-staleness", "3s"))) {
            keyturn.granted("{}");
            proxy.refuse();
            keyturn.await("tokens are refused", () -> keyturn.token("{}").statusCode() == 503);
            assertFalse(keyturn.isReady());
            assertTrue(keyturn.metric("keyturn_ring_age_seconds") > 3);
            var health = keyturn.management("/q/health/ready").body();
            assertTrue(health.contains("max-staleness") && health.contains("nobody listens there"), health);
            assertEquals(200, keyturn.management("/q/health/live").statusCode());
            proxy.pass();
            keyturn.await("tokens are granted again", () -> keyturn.token("{}").statusCode() == 201);
            assertTrue(keyturn.isReady());
        }
    }
}
