package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultPolicies;
import dev.keyturn.servers.VaultServer;
import dev.keyturn.servers.VaultSetup;
import dev.keyturn.servers.VaultSetup.Ended;
import dev.keyturn.servers.VaultWithKubernetes;
import dev.keyturn.servers.WorkloadIssuer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** k8s/vault/setup makes what is missing, tightens what is loose, and leaves everything else as an operator has it. */
@NeedsServer(ServerBinary.VAULT)
class VaultSetupIT {

    @TempDir
    Path folder;

    private VaultServer vault;
    private Path key;

    @BeforeEach
    void start() throws Exception {
        vault = VaultServer.dev();
        key = Files.writeString(folder.resolve("sa.pub"), new WorkloadIssuer().publicKeyPem());
    }

    @AfterEach
    void stop() {
        vault.close();
    }

    private Ended jwt(String... more) {
        return VaultSetup.run(vault, Stream.concat(
                Stream.of("jwt", "--issuer=https://issuer.test", "--key=" + key), Stream.of(more))
                .toArray(String[]::new));
    }

    private void done(Ended ended, String... news) {
        assertEquals(List.of(news), ended.news());
        assertEquals(0, ended.status());
    }

    private void differs(Ended ended, String... news) {
        assertEquals(List.of(news), ended.news());
        assertEquals(3, ended.status());
    }

    private void stops(Ended ended, String says) {
        assertEquals(1, ended.status(), ended::toString);
        assertTrue(ended.lines().get(ended.lines().size() - 1).startsWith("setup: " + says), ended::toString);
    }

    /** Everything that it may have written. */
    private Map<String, JsonNode> written() {
        var written = new TreeMap<String, JsonNode>();
        for (var path : List.of("sys/mounts", "sys/auth", "secret/config", "secret/metadata/keyturn/ring",
                "secret/metadata/keyturn/livekit", "sys/policies/acl/keyturn-serving",
                "sys/policies/acl/keyturn-rotator", "sys/policies/acl/keyturn-delivery",
                "sys/policies/acl/keyturn-carrier", "auth/jwt/config", "auth/jwt/role/keyturn",
                "auth/jwt/role/keyturn-rotator", "auth/jwt/role/livekit-keys")) {
            written.put(path, vault.api().get(path).path("data"));
        }
        return written;
    }

    @Test
    void it_says_what_it_makes_and_a_second_run_changes_nothing() {
        var made = jwt();
        assertEquals(0, made.status(), made::toString);
        assertEquals(11, made.news().size(), made::toString);
        assertTrue(made.news().stream().allMatch(line -> line.startsWith("made  ")), made::toString);
        var before = written();

        done(jwt());
        assertEquals(before, written());
        for (var name : List.of("keyturn-serving", "keyturn-rotator", "keyturn-delivery", "keyturn-carrier")) {
            assertEquals(VaultPolicies.file(name).strip(),
                    before.get("sys/policies/acl/" + name).path("policy").asText().strip());
        }
    }

    @Test
    void a_check_makes_nothing() {
        var missing = jwt("--check");
        assertEquals(3, missing.status());
        assertEquals(11, missing.news().stream().filter(line -> line.startsWith("MISSING  ")).count());
        assertEquals(404, vault.api().status("GET", "sys/policies/acl/keyturn-serving", null));
        assertFalse(vault.api().get("sys/auth").path("data").has("jwt/"));
        jwt();
        done(jwt("--check"));
    }

    @Test
    void an_engine_and_paths_of_ones_own() {
        var made = jwt("--mount=media", "--at=cluster", "--audience=vault.example.com", "--keyturn-namespace=tokens",
                "--livekit-namespace=video");
        assertEquals(0, made.status(), made::toString);
        assertTrue(vault.api().get("media/metadata/keyturn/ring").at("/data/cas_required").asBoolean());
        assertTrue(vault.api().get("sys/policies/acl/keyturn-serving").at("/data/policy").asText()
                .contains("\"media/data/keyturn/ring\""));
        var role = vault.api().get("auth/cluster/role/livekit-keys").path("data");
        assertEquals("system:serviceaccount:video:livekit-keys", role.path("bound_subject").asText());
        assertEquals("[\"vault.example.com\"]", role.path("bound_audiences").toString());
        assertEquals("system:serviceaccount:tokens:keyturn-rotator",
                vault.api().get("auth/cluster/role/keyturn-rotator").at("/data/bound_subject").asText());
    }

    @Test
    void without_delivery_the_rotator_may_not_touch_a_key_file() {
        assertEquals(0, jwt("--without-delivery").status());
        assertEquals("[\"keyturn-rotator\"]",
                vault.api().get("auth/jwt/role/keyturn-rotator").at("/data/token_policies").toString());
        for (var path : List.of("secret/metadata/keyturn/livekit", "sys/policies/acl/keyturn-delivery",
                "sys/policies/acl/keyturn-carrier", "auth/jwt/role/livekit-keys")) {
            assertEquals(404, vault.api().status("GET", path, null), path);
        }
    }

    @Test
    void check_and_set_is_required_again_and_a_stricter_setting_stays() {
        jwt();
        vault.api().post("secret/metadata/keyturn/ring", Map.of("cas_required", false));
        vault.api().post("secret/metadata/keyturn/livekit", Map.of("max_versions", 3));
        differs(jwt("--check"), "DIFFERS    document secret/keyturn/ring: cas_required is false");
        done(jwt(), "tightened  document secret/keyturn/ring: cas_required is true now");
        assertEquals(3, vault.api().get("secret/metadata/keyturn/livekit").at("/data/max_versions").asInt());
        assertTrue(vault.api().get("secret/metadata/keyturn/ring").at("/data/cas_required").asBoolean());
    }

    @Test
    void what_an_operator_changed_is_said_and_stays_until_told_otherwise() {
        jwt();
        vault.api().policy("keyturn-serving", "path \"secret/*\" { capabilities = [\"read\"] }");
        vault.api().post("auth/jwt/role/keyturn", Map.of("role_type", "jwt", "user_claim", "sub", "token_ttl", 60,
                "bound_subject", "", "token_bound_cidrs", List.of("10.0.0.0/8")));
        var before = written();
        var news = new String[] {
            "policy keyturn-serving: it is not that of " + Path.of("k8s/vault/policies/keyturn-serving.hcl")
                    .toAbsolutePath(),
            "role jwt/keyturn, for service account keyturn of namespace keyturn: token_ttl is 60,"
                    + " bound_subject is not set"};
        for (var option : new String[][] {{}, {"--check"}, {"--check", "--replace"}}) {
            differs(jwt(option), Stream.of(news).map("DIFFERS    "::concat).toArray(String[]::new));
            assertEquals(before, written());
        }
        done(jwt("--replace"), "put right  policy keyturn-serving", "put right  " + news[1]);
        assertEquals("[\"10.0.0.0/8\"]",
                vault.api().get("auth/jwt/role/keyturn").at("/data/token_bound_cidrs").toString(), "of no concern");
        done(jwt("--check"));
    }

    @Test
    void other_keys_of_the_cluster_are_a_difference() throws Exception {
        jwt();
        var next = Files.writeString(folder.resolve("next.pub"), new WorkloadIssuer().publicKeyPem());
        var ended = jwt("--key=" + next);
        assertEquals(3, ended.status());
        assertTrue(ended.news().get(0).startsWith("DIFFERS    whom jwt/ believes: jwt_validation_pubkeys is "
                + "-----BEGINPUBLICKEY-----"), ended::toString);
        assertEquals(0, jwt("--key=" + next, "--replace").status());
        assertEquals(2, vault.api().get("auth/jwt/config").at("/data/jwt_validation_pubkeys").size());
        done(jwt("--key=" + next));
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret/config", "secret/metadata/keyturn/ring"})
    void an_engine_that_would_lose_the_ring_is_refused(String where) {
        jwt();
        vault.api().post(where, Map.of("delete_version_after", "720h"));
        var ended = jwt();
        assertEquals(1, ended.status());
        assertTrue(ended.lines().get(ended.lines().size() - 1).contains("after 720h0m0s, and Keyturn would lose it"),
                ended::toString);
    }

    @Test
    void what_cannot_be_done_is_a_sentence() {
        vault.api().mountKv("old", 1);
        stops(jwt("--mount=old"), "what is at old/ is no KV engine of version 2: choose another --mount");
        vault.api().enableAuth("userpass");
        stops(jwt("--at=userpass"), "the auth method at userpass/ is userpass: choose another path with --at");
        stops(VaultSetup.run(vault.url(), "no-token", "jwt", "--issuer=https://issuer.test", "--key=" + key),
                "vault read sys/mounts/secret failed: ");
        stops(VaultSetup.run("http://127.0.0.1:1", "no-token", "jwt", "--issuer=https://issuer.test", "--key=" + key),
                "vault read sys/mounts/secret failed: ");
        stops(VaultSetup.run(vault, "jwt", "--issuer=https://127.0.0.1:1"), "vault write auth/jwt/config failed: ");
    }

    @Test
    void how_it_is_called_is_said_where_it_was_called_wrongly() {
        for (var words : List.of(List.of(), List.of("ldap"), List.of("jwt"), List.of("kubernetes", "--key=" + key),
                List.of("jwt", "--issuer=x", "--key=" + folder.resolve("none")), List.of("kubernetes", "--no-such"),
                List.of("kubernetes", "--mount="), List.of("jwt", "--issuer=x", "--ca=" + key),
                List.of("jwt", "--issuer=x", "--key=" + key, "--jwks-url=https://x"))) {
            var ended = VaultSetup.run(vault, words.toArray(String[]::new));
            assertEquals(2, ended.status(), words + " " + ended);
            assertTrue(ended.lines().stream().anyMatch(line -> line.startsWith("usage: k8s/vault/setup ")));
        }
        assertEquals(0, VaultSetup.run(vault, "--help").status());
    }

    /** As of the builds that the tests make. */
    @Test
    void a_vault_without_the_kubernetes_method_is_told_as_such() {
        stops(VaultSetup.run(vault, "kubernetes"), "this Vault has no auth method kubernetes in it");
    }

    /** The method is a stand-in that keeps what is written; what Vault makes of it is Vault's. */
    @Test
    void by_kubernetes_each_role_names_account_namespace_and_audience() throws Exception {
        try (var stand = VaultWithKubernetes.before(vault)) {
            var made = VaultSetup.run(stand.url(), vault.rootToken(), "kubernetes");
            assertEquals(0, made.status(), made::toString);
            assertEquals("{kubernetes_host=https://kubernetes.default.svc}", stand.written("config").toString());
            var found = new ArrayList<String>();
            for (var role : List.of("keyturn", "keyturn-rotator", "livekit-keys")) {
                found.add(new TreeMap<>(stand.written("role/" + role)).toString());
            }
            assertEquals(List.of(
                    role("keyturn", "keyturn", "86400", "keyturn-serving", "3600"),
                    role("keyturn-rotator", "keyturn", "3600", "keyturn-delivery,keyturn-rotator", "900"),
                    role("livekit-keys", "livekit", "3600", "keyturn-carrier", "900")), found);
            done(VaultSetup.run(stand.url(), vault.rootToken(), "kubernetes"));
        }
    }

    private static String role(String account, String namespace, String longest, String policies, String ttl) {
        return "{audience=vault, bound_service_account_names=" + account + ", bound_service_account_namespaces="
                + namespace + ", token_max_ttl=" + longest + ", token_no_default_policy=true, token_policies="
                + policies + ", token_ttl=" + ttl + "}";
    }
}
