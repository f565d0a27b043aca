package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.KeyRingStore.Stored;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyRingStoreException.Kind;
import dev.keyturn.servers.FaultyProxy;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.WorkloadIssuer;
import dev.keyturn.servers.VaultServer;
import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.auth.VaultKubernetesAuthOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How Keyturn shows Vault who it is, and what it does when that no longer counts. */
@NeedsServer(ServerBinary.VAULT)
class VaultLoginIT {

    private static final String PATH = "login/ring";
    private static final String READ = "GET /v1/secret/data/" + PATH;
    private static final String APP_ROLE = "POST /v1/auth/approle/login";
    private static final String RENEW = "POST /v1/auth/token/renew-self";

    private static VaultServer vault;
    private static Stored stored;

    @TempDir
    private Path folder;

    private FaultyProxy proxy;

    @BeforeAll
    static void storeARing() throws Exception {
        vault = VaultServer.shared();
        vault.api().policy("login", "path \"secret/data/" + PATH + "\" { capabilities = [\"read\"] }");
        stored = VaultClients.store(vault.url(), vault.rootToken(), PATH).write(Rings.first(), null);
    }

    @BeforeEach
    void open() {
        proxy = FaultyProxy.before(vault.url());
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void an_app_role_logs_in_once_for_many_reads() throws Exception {
        var store = store(appRole("long", Duration.ofHours(1)).build());

        assertEquals(Optional.of(stored), Rings.read(store));
        assertEquals(Optional.of(stored), Rings.read(store));

        assertEquals(List.of(APP_ROLE, READ, READ), proxy.requests());
    }

    @Test
    void a_token_that_is_about_to_expire_is_renewed_first() throws Exception {
        var store = store(appRole("short", Duration.ofSeconds(20)).build()); // the client renews within the last 30 s

        store.read();
        assertEquals(Optional.of(stored), Rings.read(store));

        assertEquals(List.of(APP_ROLE, READ, RENEW, READ), proxy.requests());
    }

    @Test
    void an_expired_token_is_replaced_by_a_new_login() throws Exception {
        var now = new AtomicReference<>(Instant.now());
        var store = store(appRole("expiring", Duration.ofHours(1)).instantSource(now::get).build());

        store.read();
        now.updateAndGet(before -> before.plus(Duration.ofHours(2)));
        assertEquals(Optional.of(stored), Rings.read(store));

        assertEquals(List.of(APP_ROLE, READ, APP_ROLE, READ), proxy.requests());
    }

    @Test
    void a_revoked_token_is_replaced_within_the_same_read() throws Exception {
        var store = store(appRole("revoked", Duration.ofHours(1)).build());

        store.read();
        vault.api().post("sys/leases/revoke-prefix/auth/approle/login", Map.of("sync", true));
        assertEquals(Optional.of(stored), Rings.read(store));

        assertEquals(List.of(APP_ROLE, READ, READ, APP_ROLE, READ), proxy.requests());
    }

    @Test
    void an_app_role_with_a_wrong_secret_is_said_to_be_a_logins_fault() {
        var role = vault.api().appRole("wrong", Duration.ofHours(1), Duration.ofHours(1), "login");
        var store = store(VaultClients.at(proxy.url()).appRole(role.roleId(), Rings.CANARY).build());

        var refused = assertThrows(KeyRingStoreException.class, store::read);

        assertRefusedLogin("/v1/auth/approle/login, status 400", refused);
    }

    @Test
    void a_login_that_is_not_set_up_in_vault_is_a_logins_fault() {
        var store = store(VaultClients.at(proxy.url()).kubernetes(VaultKubernetesAuthOptions.builder()
                .mountPath("no-such-login").role("keyturn").jwtTokenPath(jwtFile("a.b.c")).build()).build());

        assertRefusedLogin("/v1/auth/no-such-login/login, status 403",
                assertThrows(KeyRingStoreException.class, store::read));
    }

    @Test
    void a_workloads_jwt_logs_in() throws Exception {
        var issuer = new WorkloadIssuer();
        vault.api().jwtRole("keyturn", issuer, Duration.ofHours(1), "login");

        var store = store(jwt(jwtFile(issuer.token("keyturn", "vault"))));

        assertEquals(Optional.of(stored), Rings.read(store));
        assertEquals(List.of("POST /v1/auth/jwt/login", READ), proxy.requests());
    }

    @Test
    void a_jwt_of_another_issuer_does_not_and_the_next_login_reads_the_file_again() throws Exception {
        var issuer = new WorkloadIssuer();
        vault.api().jwtRole("keyturn", issuer, Duration.ofHours(1), "login");
        var file = jwtFile(new WorkloadIssuer().token("keyturn", "vault"));
        var store = store(jwt(file));

        assertRefusedLogin("/v1/auth/jwt/login, status 400", assertThrows(KeyRingStoreException.class, store::read));

        Files.writeString(file, issuer.token("keyturn", "vault"));
        assertEquals(Optional.of(stored), Rings.read(store));
    }

    @Test
    void a_missing_jwt_file_is_named() {
        var store = store(jwt(folder.resolve("nowhere.jwt")));

        var failure = assertThrows(KeyRingStoreException.class, store::read);

        assertEquals(Kind.DENIED, failure.kind());
        assertTrue(failure.getMessage().contains("needs the file " + folder.resolve("nowhere.jwt")),
                failure.getMessage());
    }

    private VaultClient.Builder appRole(String name, Duration ttl) {
        var role = vault.api().appRole(name, ttl, Duration.ofHours(1), "login");
        return VaultClients.at(proxy.url()).appRole(role.roleId(), role.secretId());
    }

    private VaultClient jwt(Path file) {
        return VaultClients.at(proxy.url()).kubernetes(VaultKubernetesAuthOptions.builder()
                .mountPath("jwt").role("keyturn").jwtTokenPath(file).caching(Duration.ofMinutes(10)).build()).build();
    }

    private Path jwtFile(String token) {
        try {
            return Files.writeString(folder.resolve("token.jwt"), token);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static VaultKeyRingStore store(VaultClient client) {
        return new VaultKeyRingStore(client, "secret", PATH, VaultClients.TIMEOUT);
    }

    private static void assertRefusedLogin(String where, KeyRingStoreException refused) {
        assertEquals(Kind.DENIED, refused.kind());
        assertTrue(refused.getMessage().contains("Vault refused the login (" + where + ")"), refused.getMessage());
        assertFalse(refused.getMessage().contains(Rings.CANARY), refused.getMessage());
    }
}
