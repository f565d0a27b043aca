package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.KubernetesServer;
import dev.keyturn.servers.Kustomize;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultServer;
import dev.keyturn.servers.VaultSetup;
import io.livekit.server.AccessToken;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/**
 * The carriers' manifests, in the place of their operators: a token of the account that a manifest names, for its
 * audience, to its role, at its path of Vault, makes the Secret that it describes, on which a real LiveKit starts.
 */
@NeedsServer({ServerBinary.VAULT, ServerBinary.LIVEKIT, ServerBinary.KUBECTL, ServerBinary.CRDS, ServerBinary.ETCD,
    ServerBinary.KUBE_APISERVER, ServerBinary.KUBE_CONTROLLER_MANAGER, ServerBinary.KUBE_SCHEDULER, ServerBinary.KWOK})
class VaultCarriersIT {

    @TempDir
    static Path folder;

    private static KubernetesServer cluster;
    private static VaultServer vault;
    private static KeyFile delivered;

    /** What an operator would do for this manifest. */
    private record Carried(String account, String audience, String login, String role, String mount, String path,
            String field, String secret, String entry) {

        static Carried byExternalSecrets(Map<String, JsonNode> objects) {
            var store = objects.get("SecretStore").at("/spec/provider/vault");
            var secret = objects.get("ExternalSecret").path("spec");
            var kubernetes = store.at("/auth/kubernetes");
            var jwt = store.at("/auth/jwt");
            var account = kubernetes.isMissingNode()
                    ? jwt.at("/kubernetesServiceAccountToken/serviceAccountRef")
                    : kubernetes.path("serviceAccountRef");
            assertEquals("v2", store.path("version").asText());
            assertEquals("SecretStore", secret.at("/secretStoreRef/kind").asText());
            assertEquals(objects.get("SecretStore").at("/metadata/name"), secret.at("/secretStoreRef/name"));
            assertEquals(1, secret.path("data").size());
            return new Carried(account.path("name").asText(), account.at("/audiences/0").asText(),
                    kubernetes.isMissingNode() ? jwt.path("path").asText() : kubernetes.path("mountPath").asText(),
                    (kubernetes.isMissingNode() ? jwt : kubernetes).path("role").asText(),
                    store.path("path").asText(), secret.at("/data/0/remoteRef/key").asText(),
                    secret.at("/data/0/remoteRef/property").asText(), secret.at("/target/name").asText(),
                    secret.at("/data/0/secretKey").asText());
        }

        static Carried bySecretsOperator(Map<String, JsonNode> objects) {
            var auth = objects.get("VaultAuth").path("spec");
            var login = auth.path(auth.path("method").asText());
            var secret = objects.get("VaultStaticSecret").path("spec");
            assertEquals("kv-v2", secret.path("type").asText());
            assertEquals(objects.get("VaultAuth").at("/metadata/name"), secret.path("vaultAuthRef"));
            assertEquals(objects.get("VaultConnection").at("/metadata/name"), auth.path("vaultConnectionRef"));
            assertEquals("livekit-server", secret.at("/rolloutRestartTargets/0/name").asText());
            var includes = secret.at("/destination/transformation/includes");
            assertEquals(1, includes.size());
            assertTrue("keys.yaml".matches(includes.get(0).asText()), "an entry is called as the field is");
            assertFalse("keysXyaml".matches(includes.get(0).asText()));
            return new Carried(login.path("serviceAccount").asText(), login.at("/audiences/0").asText(),
                    auth.path("mount").asText(), login.path("role").asText(), secret.path("mount").asText(),
                    secret.path("path").asText(), "keys.yaml", secret.at("/destination/name").asText(), "keys.yaml");
        }
    }

    @BeforeAll
    static void deliver() throws Exception {
        cluster = KubernetesServer.shared();
        cluster.api().namespace("livekit");
        vault = VaultServer.dev();
        var key = Files.writeString(folder.resolve("sa.pub"), cluster.issuer().publicKeyPem());
        assertEquals(0, VaultSetup.run(vault, "jwt", "--issuer=https://kubernetes.default.svc", "--key=" + key).status());
        delivered = KeyFile.of(Rings.staged(Rings.first()), Instant.EPOCH);
        var target = VaultClients.target(vault.url(), vault.rootToken(), "keyturn/livekit");
        target.deliver(delivered, target.read());
        assertEquals(Set.of("keys.yaml"), new ObjectMapper().convertValue(
                vault.api().get("secret/data/keyturn/livekit").at("/data/data"), Map.class).keySet());
    }

    @AfterAll
    static void stop() {
        vault.close();
    }

    private static Map<String, JsonNode> objects(String carrier) {
        var objects = new TreeMap<String, JsonNode>();
        for (var object : Kustomize.objects("k8s/vault/" + carrier)) {
            assertEquals("livekit", object.at("/metadata/namespace").asText(), "where a SecretStore is looked for");
            objects.put(object.path("kind").asText(), object);
        }
        return objects;
    }

    private static Carried carried(String carrier) {
        var objects = objects(carrier);
        return carrier.startsWith("external-secrets")
                ? Carried.byExternalSecrets(objects) : Carried.bySecretsOperator(objects);
    }

    /** By the auth method kubernetes nobody can log in here; all else is the same, as the next test shows. */
    @ParameterizedTest
    @ValueSource(strings = {"external-secrets-jwt", "secrets-operator-jwt"})
    void a_live_kit_starts_on_the_secret_that_it_makes(String carrier) throws Exception {
        var carried = carried(carrier);
        var token = cluster.api().serviceAccountToken("livekit", carried.account(), carried.audience());
        var login = vault.api(null).post("auth/" + carried.login() + "/login",
                Map.of("role", carried.role(), "jwt", token)).at("/auth/client_token").asText();
        var text = vault.api(login).get(carried.mount() + "/data/" + carried.path())
                .at("/data/data").path(carried.field()).asText();
        assertEquals("livekit-keys keys.yaml", carried.secret() + " " + carried.entry());
        assertEquals(delivered.text(), text, "its order matters");

        var pairs = new LinkedHashMap<String, String>();
        delivered.pairs().forEach((key, secret) -> pairs.put(key.value(), secret.reveal()));
        try (var liveKit = LiveKitServer.start(Map.of("APIbefore", "x".repeat(40)))) {
            Files.writeString(liveKit.keyFile(), text);
            liveKit.restart();
            for (var pair : pairs.entrySet()) {
                assertEquals(200, ask(liveKit, pair.getKey(), pair.getValue()));
            }
            assertEquals(401, ask(liveKit, "APIbefore", "x".repeat(40)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"external-secrets", "secrets-operator"})
    void with_the_method_kubernetes_nothing_else_is_different(String carrier) {
        var jwt = carried(carrier + "-jwt");
        assertEquals("jwt", jwt.login());
        assertEquals(new Carried(jwt.account(), jwt.audience(), "kubernetes", jwt.role(), jwt.mount(), jwt.path(),
                jwt.field(), jwt.secret(), jwt.entry()), carried(carrier));
        var server = carrier.equals("external-secrets")
                ? objects(carrier).get("SecretStore").at("/spec/provider/vault/server")
                : objects(carrier).get("VaultConnection").at("/spec/address");
        assertEquals("https://vault.vault.svc:8200", server.asText());
        assertFalse(objects(carrier).get("ServiceAccount").path("automountServiceAccountToken").asBoolean(true));
    }

    /** Those of the Vault Secrets Operator are not to be had. */
    @Test
    void a_cluster_with_the_definitions_of_external_secrets_takes_its_manifests() throws Exception {
        var json = new ObjectMapper();
        var wanted = Set.of("externalsecrets.external-secrets.io", "secretstores.external-secrets.io");
        var definitions = StreamSupport.stream(new Yaml().loadAll(
                Files.readString(ServerBinary.CRDS.path().resolve("external-secrets-bundle.yaml"))).spliterator(), false)
                .map(json::<JsonNode>valueToTree)
                .filter(each -> wanted.contains(each.at("/metadata/name").asText())).collect(Collectors.toList());
        assertEquals(2, definitions.size());
        for (var definition : definitions) {
            cluster.api().apply("", json.writeValueAsString(definition));
            cluster.api().await("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
                    + definition.at("/metadata/name").asText(), so -> StreamSupport.stream(
                            so.at("/status/conditions").spliterator(), false).anyMatch(condition ->
                                    condition.path("type").asText().equals("Established")
                                            && condition.path("status").asText().equals("True")));
        }
        cluster.api().await("/apis/external-secrets.io/v1", list -> list.path("resources").size() >= 2);
        for (var carrier : List.of("external-secrets", "external-secrets-jwt")) {
            cluster.api().apply("livekit", Kustomize.render("k8s/vault/" + carrier));
        }
    }

    private static int ask(LiveKitServer liveKit, String key, String secret) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(liveKit.url()))
                .header("Authorization", "Bearer " + new AccessToken(key, secret).toJwt());
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.discarding()).statusCode();
    }
}
