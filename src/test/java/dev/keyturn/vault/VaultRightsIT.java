package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.Tables;
import dev.keyturn.servers.KubernetesServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultApi;
import dev.keyturn.servers.VaultServer;
import dev.keyturn.servers.VaultSetup;
import dev.keyturn.servers.WorkloadIssuer;
import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.auth.VaultKubernetesAuthOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What k8s/vault/setup gives: workloads of a real API server log in, each to its own role, and may do what the table of
 * docs/vault.md says, verb by verb and path by path, and nothing besides.
 */
@NeedsServer({ServerBinary.VAULT, ServerBinary.ETCD, ServerBinary.KUBE_APISERVER,
    ServerBinary.KUBE_CONTROLLER_MANAGER, ServerBinary.KUBE_SCHEDULER, ServerBinary.KWOK})
class VaultRightsIT {

    private static final String ISSUER = "https://kubernetes.default.svc";
    private static final List<String> DOCUMENTS = List.of("keyturn/ring", "keyturn/livekit");
    private static final List<String> NEIGHBOURS =
            List.of("keyturn", "keyturn/other", "keyturn/ring/below", "other/ring");
    private static final List<String> VERBS = List.of("GET", "LIST", "POST", "PATCH", "DELETE");

    @TempDir
    static Path folder;

    private static KubernetesServer cluster;
    private static VaultServer vault;
    private static Set<List<String>> granted; // verb and path, role

    /** A role, and the one account that logs in to it, in the order of the table's columns. */
    private enum Role {
        SERVING("keyturn", "keyturn", "keyturn"),
        ROTATOR("keyturn-rotator", "keyturn", "keyturn-rotator"),
        CARRIER("livekit-keys", "livekit", "livekit-keys");

        final String role;
        final String namespace;
        final String account;

        Role(String role, String namespace, String account) {
            this.role = role;
            this.namespace = namespace;
            this.account = account;
        }

        String jwt(String audience) {
            return cluster.api().serviceAccountToken(namespace, account, audience);
        }

        String subject() {
            return "system:serviceaccount:" + namespace + ":" + account;
        }
    }

    @BeforeAll
    static void set_up() throws Exception {
        cluster = KubernetesServer.shared();
        List.of("keyturn", "livekit", "others").forEach(cluster.api()::namespace);
        vault = VaultServer.dev();
        var key = Files.writeString(folder.resolve("sa.pub"), cluster.issuer().publicKeyPem());
        var ended = VaultSetup.run(vault, "jwt", "--issuer=" + ISSUER, "--key=" + key);
        assertEquals(0, ended.status(), ended::toString);

        granted = new LinkedHashSet<>();
        for (var verb : VERBS) {
            for (var row : Tables.rows("vault.md", verb + " ")) {
                for (var role : Role.values()) {
                    if (row.get(1 + role.ordinal()).equals("yes")) {
                        granted.add(List.of(Tables.plain(row.get(0)), role.role));
                    }
                }
            }
        }
    }

    @AfterAll
    static void stop() {
        vault.close();
    }

    private static int login(String role, String jwt) {
        return vault.api(null).status("POST", "auth/jwt/login", Map.of("role", role, "jwt", jwt));
    }

    private static VaultApi loggedIn(Role role) {
        return vault.api(vault.api(null).post("auth/jwt/login", Map.of("role", role.role, "jwt", role.jwt("vault")))
                .at("/auth/client_token").textValue());
    }

    @ParameterizedTest
    @EnumSource
    void the_account_of_a_role_logs_in_to_it_and_to_no_other(Role role) {
        for (var each : Role.values()) {
            assertEquals(each == role ? 200 : 400, login(each.role, role.jwt("vault")), each + " as " + role);
        }
    }

    @ParameterizedTest
    @EnumSource
    void another_account_namespace_or_audience_does_not(Role role) {
        assertEquals(400, login(role.role, cluster.api().serviceAccountToken(role.namespace, "default", "vault")));
        assertEquals(400, login(role.role, cluster.api().serviceAccountToken("others", role.account, "vault")));
        assertEquals(400, login(role.role, role.jwt("keyturn")));
        assertEquals(400, login(role.role, cluster.api().serviceAccountToken(role.namespace, role.account)),
                "a token for the API server");
    }

    @ParameterizedTest
    @EnumSource
    void an_expired_token_does_not_nor_one_of_another_cluster_or_issuer(Role role) {
        var now = Instant.now().getEpochSecond();
        assertEquals(200, login(role.role, cluster.issuer().token(claims(ISSUER, role, now + 60))));
        assertEquals(400, login(role.role, cluster.issuer().token(claims(ISSUER, role, now - 61))), // 60 s of leeway
                "an expired one");
        assertEquals(400, login(role.role, new WorkloadIssuer().token(claims(ISSUER, role, now + 60))));
        assertEquals(400, login(role.role, cluster.issuer().token(claims("https://other.example", role, now + 60))));
    }

    /** As docs/vault.md has it for a Vault that reaches the API server. */
    @Test
    void the_keys_may_come_from_the_api_server_itself() {
        var setup = new String[] {"jwt", "--at=fetched", "--issuer=" + ISSUER,
            "--jwks-url=" + cluster.url() + "/openid/v1/jwks", "--ca=" + cluster.caFile()};
        var refused = VaultSetup.run(vault, setup);
        assertEquals(1, refused.status(), "nobody but a workload may see them: " + refused);
        cluster.api().apply("", """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: oidc-reviewer}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:service-account-issuer-discovery"}
                subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:unauthenticated"}]
                """);
        assertEquals(0, VaultSetup.run(vault, setup).status());
        assertEquals(List.of(), VaultSetup.run(vault, setup).news());
        for (var role : Role.values()) {
            assertEquals(200, vault.api(null).status("POST", "auth/fetched/login",
                    Map.of("role", role.role, "jwt", role.jwt("vault"))));
            assertEquals(400, vault.api(null).status("POST", "auth/fetched/login",
                    Map.of("role", role.role, "jwt", new WorkloadIssuer().token(claims(ISSUER, role,
                            Instant.now().getEpochSecond() + 60)))));
        }
    }

    private static Map<String, Object> claims(String issuer, Role role, long expires) {
        return Map.of("iss", issuer, "aud", List.of("vault"), "iat", expires - 600, "exp", expires,
                "sub", role.subject());
    }

    /** Each verb on each path of the engine, of the documents and beside them, and what else a token might try. */
    private static Stream<String> requests() {
        var paths = new ArrayList<String>();
        for (var api : List.of("data", "metadata", "destroy", "delete", "undelete", "subkeys")) {
            Stream.concat(DOCUMENTS.stream(), NEIGHBOURS.stream()).forEach(path -> paths.add("secret/" + api + "/" + path));
        }
        paths.addAll(List.of("secret/config", "secret/metadata", "cubbyhole/mine", "identity/entity",
                "sys/mounts", "sys/mounts/secret", "sys/auth", "sys/auth/jwt", "sys/audit", "sys/capabilities-self",
                "sys/policies/acl", "sys/policies/acl/keyturn-serving", "sys/rotate",
                "sys/tools/random", "sys/wrapping/wrap", "sys/leases/lookup", "auth/jwt/config", "auth/jwt/role",
                "auth/jwt/role/keyturn", "auth/jwt/role/keyturn-rotator", "auth/token/create", "auth/token/accessors",
                "auth/token/lookup", "auth/token/lookup-self", "auth/token/renew-self", "auth/token/revoke-self"));
        return paths.stream().flatMap(path -> VERBS.stream().map(verb -> verb + " " + path));
    }

    @ParameterizedTest
    @EnumSource
    void a_role_may_do_what_the_table_says_and_nothing_besides(Role role) {
        for (var document : DOCUMENTS) {
            vault.api().post("secret/data/" + document,
                    Map.of("options", Map.of("cas", version(document)), "data", Map.of("keys.yaml", "# none")));
        }
        var api = loggedIn(role);
        var expected = new TreeSet<String>();
        var found = new TreeSet<String>();
        requests().forEach(request -> {
            var words = request.split(" ");
            var yes = granted.contains(List.of(request, role.role));
            var status = api.status(words[0], words[1], body(request));
            if (yes) {
                expected.add(request);
            }
            if (status != 403) {
                found.add(request);
                assertTrue(yes && status / 100 == 2, request + " by " + role + " was answered with " + status);
            }
        });
        assertEquals(expected, found);
    }

    @Test
    void every_row_of_the_table_is_tried() {
        assertFalse(granted.isEmpty());
        assertEquals(Set.of(), granted.stream().map(each -> each.get(0))
                .filter(row -> requests().noneMatch(row::equals)).collect(Collectors.toSet()));
    }

    private static Object body(String request) {
        if (request.startsWith("POST secret/data/")) {
            var path = request.substring("POST secret/data/".length());
            return Map.of("options", Map.of("cas", version(path)), "data", Map.of("keys.yaml", "# another"));
        }
        if (request.contains(" secret/destroy/") || request.contains("delete/")) {
            return Map.of("versions", List.of(1));
        }
        return request.startsWith("POST ") || request.startsWith("PATCH ") ? Map.of() : null;
    }

    private static int version(String path) {
        return vault.api().status("GET", "secret/metadata/" + path, null) == 200
                ? vault.api().get("secret/metadata/" + path).at("/data/current_version").asInt() : 0;
    }

    @Test
    void without_the_version_that_it_replaces_not_even_the_rotator_writes() {
        var rotator = loggedIn(Role.ROTATOR);
        for (var document : DOCUMENTS) {
            assertEquals(400, rotator.status("POST", "secret/data/" + document, Map.of("data", Map.of("by", "hand"))));
        }
    }

    /** With what the roles give: the first ring and key file, the next ones, destroying the old, reading. */
    @Test
    void keyturn_needs_no_more() throws Exception {
        var clean = VaultServer.dev();
        try (clean) {
            var key = folder.resolve("sa.pub").toString();
            assertEquals(0, VaultSetup.run(clean, "jwt", "--issuer=" + ISSUER, "--key=" + key).status());
            var rotator = client(clean, Role.ROTATOR);
            var ring = store(rotator);
            var first = ring.write(Rings.first(), null);
            var second = ring.write(Rings.staged(first.ring()), first);
            assertEquals(1, ring.destroyEarlier(second));
            assertEquals(Optional.of(second), Rings.read(store(client(clean, Role.SERVING))));

            var target = target(rotator);
            target.deliver(Rings.keyFile(), target.read());
            target.deliver(Rings.nextKeyFile(), target.read());
            assertEquals(1, target.destroyEarlier(target.read()));
            assertEquals(target.read(), target(client(clean, Role.CARRIER)).read());
            for (var document : DOCUMENTS) {
                var settings = clean.api().get("secret/metadata/" + document).path("data");
                assertTrue(settings.path("cas_required").asBoolean());
                assertEquals(10, settings.path("max_versions").asInt());
            }
        }
    }

    private static VaultClient client(VaultServer at, Role role) throws Exception {
        var jwt = Files.writeString(folder.resolve(role.role), role.jwt("vault"));
        return VaultClients.at(at.url()).kubernetes(VaultKubernetesAuthOptions.builder().mountPath("jwt")
                .role(role.role).jwtTokenPath(jwt).caching(Duration.ofMinutes(10)).build()).build();
    }

    private static VaultKeyRingStore store(VaultClient client) {
        return new VaultKeyRingStore(client, "secret", "keyturn/ring", VaultClients.TIMEOUT);
    }

    private static VaultTarget target(VaultClient client) {
        return new VaultTarget(client, "secret", "keyturn/livekit", "keys.yaml", VaultClients.TIMEOUT);
    }
}
