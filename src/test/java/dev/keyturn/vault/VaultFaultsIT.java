package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.keyturn.keys.KeyRingStore.Stored;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyRingStoreException.Kind;
import dev.keyturn.servers.FaultyProxy;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultServer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each way in which Vault can fail: the right kind, a sentence without secrets, and the same store goes on afterwards.
 */
@NeedsServer(ServerBinary.VAULT)
class VaultFaultsIT {

    private static VaultServer vault;
    private static int paths;

    private String path;
    private FaultyProxy proxy;
    private VaultKeyRingStore store;
    private Stored stored;

    @BeforeAll
    static void start() {
        vault = VaultServer.shared();
    }

    @BeforeEach
    void storeARing() throws Exception {
        path = "faults/" + ++paths;
        stored = VaultClients.store(vault.url(), vault.rootToken(), path).write(Rings.first(), null);
        proxy = FaultyProxy.before(vault.url());
        store = VaultClients.store(proxy.url(), vault.rootToken(), path);
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    /** Faults of the connection and of Vault itself, which meet a read as they meet a write. */
    static Stream<Arguments> faults() {
        return Stream.of(
                fault("refused", FaultyProxy::refuse, Kind.UNREACHABLE, "nobody listens there"),
                fault("hung up", FaultyProxy::hangUp, Kind.UNREACHABLE, "the connection was closed"),
                fault("cut short", FaultyProxy::cut, Kind.UNREACHABLE, "the connection was closed"),
                fault("500", status(500, "{\"errors\": [\"" + Rings.CANARY + "\"]}"), Kind.DENIED, "status 500"),
                fault("a load balancer's 502", status(502, "<html>" + Rings.CANARY), Kind.DENIED, "status 502"),
                fault("sealed", status(503, "{\"errors\": [\"Vault is sealed\"]}"), Kind.DENIED,
                        "Vault is sealed: unseal it"),
                fault("403", status(403, "{\"errors\": [\"permission denied " + Rings.CANARY + "\"]}"), Kind.DENIED,
                        "Vault forbids it: the policy of Keyturn's login needs path"),
                fault("a foreign 403", status(403, ""), Kind.DENIED, "Vault forbids it"),
                fault("a foreign 404", status(404, "<html>" + Rings.CANARY), Kind.BROKEN, "a 404 that is not Vault's"),
                fault("a foreign 404 in JSON", status(404, "{\"error\": \"not found\"}"), Kind.BROKEN,
                        "a 404 that is not Vault's"),
                fault("a redirect to nowhere", status(307, ""), Kind.DENIED, "status 307"),
                fault("a foreign page", status(200, "<html>" + Rings.CANARY), Kind.BROKEN, "not Vault's"));
    }

    /** What only an answer to a read can hold. */
    static Stream<Arguments> documents() {
        return Stream.of(
                fault("an empty answer", status(200, ""), Kind.BROKEN, "not Vault's"),
                fault("null for an answer", status(200, "null"), Kind.BROKEN, "not Vault's"),
                fault("someone's JSON", status(200, "{\"a\": \"" + Rings.CANARY + "\"}"), Kind.BROKEN,
                        "no version of a secret"),
                fault("no document", document("null"), Kind.BROKEN, "no version of a secret"),
                fault("an empty document", document("{}"), Kind.BROKEN, "\"schema\" is missing"),
                fault("a foreign document", document("{\"password\": \"" + Rings.CANARY + "\"}"), Kind.BROKEN,
                        "\"schema\" is missing"),
                fault("a list for a document", document("[\"" + Rings.CANARY + "\"]"), Kind.BROKEN, "not Vault's"),
                fault("a broken document",
                        document("{\"schema\": 1, \"version\": 2, \"keys\": \"" + Rings.CANARY + "\"}"),
                        Kind.BROKEN, "\"keys\" is not a list"),
                fault("a newer document", document("{\"schema\": 2, \"version\": 2, \"keys\": []}"),
                        Kind.BROKEN, "schema is 2"),
                fault("a ring without keys", document("{\"schema\": 1, \"version\": 2, \"keys\": []}"),
                        Kind.BROKEN, "one ACTIVE key"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"faults", "documents"})
    void a_failed_read_says_what_happened_and_the_next_one_goes_on(
            String name, Consumer<FaultyProxy> fault, Kind kind, String says) throws Exception {
        fault.accept(proxy);

        assertFault(kind, says, store::read);

        proxy.pass();
        assertEquals(Optional.of(stored), Rings.read(store));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void a_failed_write_is_never_taken_for_one_that_worked(String name, Consumer<FaultyProxy> fault, Kind kind, String says)
            throws Exception {
        fault.accept(proxy);
        var next = Rings.staged(stored.ring());

        assertFault(kind, says, () -> store.write(next, stored));

        proxy.pass();
        var now = Rings.read(store).orElseThrow();
        assertTrue(now.equals(stored) || name.equals("cut short") && now.equals(new Stored(next, 2)), now::toString);
    }

    @Test
    void a_connection_that_died_since_the_last_read_is_one_failure_and_is_replaced() throws Exception {
        store.read();
        proxy.refuse();

        assertFault(Kind.UNREACHABLE, "", store::read); // seen as closed or as refused

        proxy.pass();
        assertEquals(Optional.of(stored), Rings.read(store));
    }

    @Test
    void a_vault_that_never_answers_is_given_up_while_it_still_holds_the_request() throws Exception {
        var impatient = impatient(Duration.ofSeconds(1));
        proxy.blackHole();

        assertFault(Kind.UNREACHABLE, "did not answer within 1000 ms", impatient::read);
        assertEquals(1, proxy.held());

        proxy.pass();
        assertEquals(Optional.of(stored), Rings.read(impatient));
    }

    @Test
    void a_write_to_a_vault_that_never_answers_is_given_up_too() throws Exception {
        var impatient = impatient(Duration.ofSeconds(1));
        var next = Rings.staged(stored.ring());
        proxy.blackHole();

        assertFault(Kind.UNREACHABLE, "did not answer within 1000 ms", () -> impatient.write(next, stored));
        assertEquals(1, proxy.held());

        proxy.pass();
        assertEquals(Optional.of(stored), Rings.read(store));
    }

    @Test
    void the_time_limit_is_for_login_and_read_together() throws Exception {
        vault.api().policy("faults", "path \"secret/data/faults/*\" { capabilities = [\"read\"] }");
        var role = vault.api().appRole("slow", Duration.ofHours(1), Duration.ofHours(1), "faults");
        var client = VaultClients.at(proxy.url()).appRole(role.roleId(), role.secretId()).build();
        var impatient = new VaultKeyRingStore(client, "secret", path, Duration.ofMillis(2700));
        proxy.slow(Duration.ofMillis(1500)); // either alone would be in time

        assertFault(Kind.UNREACHABLE, "did not answer within 2700 ms", impatient::read);

        assertTrue(proxy.requests().contains("GET /v1/secret/data/" + path), proxy.requests()::toString);
        assertEquals(1, proxy.held());
    }

    @Test
    void a_slow_vault_is_waited_for() throws Exception {
        proxy.slow(Duration.ofMillis(200));

        assertEquals(Optional.of(stored), Rings.read(store));
    }

    @Test
    void a_thread_that_is_interrupted_stops_waiting_and_stays_interrupted() {
        proxy.blackHole();
        Thread.currentThread().interrupt();

        assertFault(Kind.UNREACHABLE, "interrupted", store::read);
        assertTrue(Thread.interrupted());

    }

    @Test
    void a_host_that_nobody_knows_is_said_to_be_unknown() {
        var nowhere = VaultClients.store("http://vault.invalid:8200", vault.rootToken(), path);

        assertFault(Kind.UNREACHABLE, "nobody knows that host", nowhere::read);
    }

    @Test
    void tls_with_a_vault_that_speaks_none_is_said_to_have_failed() {
        var tls = VaultClients.store(vault.url().replace("http:", "https:"), vault.rootToken(), path);

        assertFault(Kind.UNREACHABLE, "TLS failed, it does not speak it: check the scheme", tls::read);
    }

    @Test
    void a_token_that_vault_does_not_know_is_said_to_be_unknown() {
        var stranger = VaultClients.store(vault.url(), "hvs." + Rings.CANARY, path);

        assertFault(Kind.DENIED, "does not accept Keyturn's token", stranger::read);
    }

    @Test
    void a_deleted_ring_is_no_missing_ring() throws Exception {
        vault.api().delete("secret/data/" + path);

        assertFault(Kind.BROKEN, "its version 1 was deleted", store::read);

        vault.api().post("secret/undelete/" + path, Map.of("versions", new int[] {1}));
        assertEquals(Optional.of(stored), Rings.read(store));
    }

    @Test
    void a_destroyed_ring_is_no_missing_ring() {
        vault.api().post("secret/destroy/" + path, Map.of("versions", new int[] {1}));

        assertFault(Kind.BROKEN, "its version 1 was deleted", store::read);
    }

    @Test
    void a_missing_engine_is_no_missing_ring() {
        var elsewhere = new VaultKeyRingStore(VaultClients.at(vault.url()).clientToken(vault.rootToken()).build(),
                "nowhere", path, VaultClients.TIMEOUT);

        assertFault(Kind.DENIED, "no secrets engine is mounted at nowhere", elsewhere::read);
    }

    @Test
    void an_engine_of_version_one_is_refused() throws Exception {
        vault.api().mountKv("old", 1);
        var old = new VaultKeyRingStore(VaultClients.at(vault.url()).clientToken(vault.rootToken()).build(),
                "old", path, VaultClients.TIMEOUT);

        assertFault(Kind.BROKEN, "KV engine of version 1", () -> old.write(Rings.first(), null));
        assertFault(Kind.BROKEN, "no version of a secret", old::read);
    }

    @Test
    void a_real_vault_can_be_sealed_and_restarted_under_the_store() throws Exception {
        try (var sealable = VaultServer.stored()) {
            var own = VaultClients.store(sealable.url(), sealable.rootToken(), path);
            var ring = own.write(Rings.first(), null);

            sealable.seal();
            assertFault(Kind.DENIED, "Vault is sealed: unseal it", own::read);
            sealable.unseal();
            assertEquals(Optional.of(ring), Rings.read(own));
            sealable.restart();
            assertFault(Kind.DENIED, "Vault is sealed: unseal it", own::read);
            sealable.unseal();
            assertEquals(Optional.of(ring), Rings.read(own));
        }
    }

    private VaultKeyRingStore impatient(Duration timeout) {
        var client = VaultClients.at(proxy.url()).clientToken(vault.rootToken()).build();
        return new VaultKeyRingStore(client, "secret", path, timeout);
    }

    private void assertFault(Kind kind, String says, Executable call) {
        var failure = assertThrows(KeyRingStoreException.class, call);
        var shown = Rings.shown(failure, vault);
        assertEquals(kind, failure.kind(), shown);
        assertTrue(failure.getMessage().contains(says), shown);
    }

    private static Arguments fault(String name, Consumer<FaultyProxy> fault, Kind kind, String says) {
        return arguments(name, fault, kind, says);
    }

    private static Consumer<FaultyProxy> status(int status, String body) {
        return proxy -> proxy.status(status, body);
    }

    private static Consumer<FaultyProxy> document(String data) {
        return proxy -> proxy.document(data, 2);
    }
}
