package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.agents.AgentsPage;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.servers.KeyturnCommand;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.KubernetesServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.WorkloadIssuer;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workloads of a real Kubernetes API server, with the settings, the rule and the manifests of docs/agents.md. */
@NeedsServer({ServerBinary.ETCD, ServerBinary.KUBE_APISERVER, ServerBinary.KUBE_CONTROLLER_MANAGER,
    ServerBinary.KUBE_SCHEDULER, ServerBinary.KWOK})
class WorkloadIdentityIT {

    private static final String CLUSTER = "https://kubernetes.default.svc";
    private static final SigningKey KEY = SigningKey.generate(new SecureRandom(), Instant.EPOCH);

    @TempDir
    static Path folder;

    private static KubernetesServer cluster;
    private static KeyturnProcess keyturn;

    @BeforeAll
    static void start() throws Exception {
        cluster = KubernetesServer.shared();
        for (var namespace : List.of("keyturn", "agents", "others")) {
            cluster.api().namespace(namespace);
        }
        Files.writeString(folder.resolve("policy.yaml"), AgentsPage.block("Who gets it", "yaml"));
        Files.writeString(folder.resolve("token"), cluster.api().serviceAccountToken("keyturn", "keyturn"));
        new FileKeyRingStore(folder.resolve("ring.json")).write(KeyRing.first(KEY, Instant.EPOCH), null);
        keyturn = serve(settings());
    }

    @AfterAll
    static void stop() {
        keyturn.close();
    }

    /** Those of the page, with this cluster's addresses. */
    private static Map<String, String> settings() throws IOException {
        var page = new Properties();
        page.load(new StringReader(AgentsPage.block("In Kubernetes", "properties")));
        var settings = new HashMap<>(Map.of("keyturn.policy.file", folder.resolve("policy.yaml").toString(),
                "keyturn.ring.store", "file", "keyturn.ring.refresh", "1s",
                "keyturn.ring.file.path", folder.resolve("ring.json").toString()));
        page.forEach((name, value) -> settings.put(name.toString(), value.toString()
                .replace(CLUSTER + "/", cluster.url() + "/")
                .replace("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt", cluster.caFile().toString())
                .replace("/var/run/secrets/kubernetes.io/serviceaccount", folder.toString())));
        return settings;
    }

    private static KeyturnProcess serve(Map<String, String> settings) {
        var keyturn = KeyturnProcess.serve(settings);
        keyturn.await("the cluster's keys are fetched", () -> keyturn.metric("keyturn_issuer_keys{") == 1);
        return keyturn;
    }

    private static String token(String namespace, String account, String... audiences) {
        return cluster.api().serviceAccountToken(namespace, account, audiences);
    }

    private static HttpResponse<String> ask(String token) throws IOException, InterruptedException {
        return ask(keyturn, token);
    }

    private static HttpResponse<String> ask(KeyturnProcess keyturn, String token)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(keyturn.url() + "/agent/credentials"))
                .header("Authorization", "Bearer " + token).header("Keyturn-Request", "credentials");
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    private static void refused(int status, String token) throws IOException, InterruptedException {
        var answer = ask(token);
        assertEquals(status, answer.statusCode(), answer.body());
        assertFalse(answer.body().contains(KEY.secret().reveal()));
    }

    @Test
    void the_service_account_of_the_rule_gets_credentials() throws Exception {
        var answer = ask(token("agents", "support-agent", "keyturn"));
        assertEquals(200, answer.statusCode(), answer::body);
        var given = KeyturnProcess.json(answer);
        assertEquals(KEY.key().value(), given.path("api_key").asText());
        assertTrue(given.path("api_secret").asText().equals(KEY.secret().reveal()), "the secret is not the key's");
        assertEquals("support-agent", given.path("agent_name").asText());
    }

    @Test
    void a_token_for_another_audience_is_no_token_for_keyturn() throws Exception {
        refused(401, token("agents", "support-agent"));
        refused(401, token("agents", "support-agent", "vault"));
    }

    @Test
    void other_workloads_of_the_cluster_get_none() throws Exception {
        refused(403, token("others", "support-agent", "keyturn"));
        refused(403, token("agents", "default", "keyturn"));
    }

    @Test
    void an_expired_token_is_refused_and_so_is_one_of_another_cluster() throws Exception {
        var now = Instant.now().getEpochSecond();
        refused(401, cluster.issuer().token(claims(CLUSTER, now - 60)));
        assertEquals(200, ask(cluster.issuer().token(claims(CLUSTER, now + 60))).statusCode(), "it was only too old");
        refused(401, new WorkloadIssuer().token(claims(CLUSTER, now + 60)));
        refused(401, cluster.issuer().token(claims("https://another.example.com", now + 60)));
    }

    private static Map<String, Object> claims(String issuer, long expires) {
        return Map.of("iss", issuer, "aud", List.of("keyturn"), "iat", expires - 600, "exp", expires,
                "sub", "system:serviceaccount:agents:support-agent", "kubernetes.io", Map.of("namespace", "agents",
                        "serviceaccount", Map.of("name", "support-agent")));
    }

    /** As the page says: nobody asks the cluster. */
    @Test
    void that_a_service_account_is_deleted_is_not_noticed() throws Exception {
        var token = token("agents", "support-agent", "keyturn");
        assertTrue(isKnownToTheCluster(token));
        cluster.api().delete("/api/v1/namespaces/agents/serviceaccounts/support-agent");
        keyturn.await("the cluster knows it no more", () -> !isKnownToTheCluster(token));
        assertEquals(200, ask(token).statusCode());
    }

    private static boolean isKnownToTheCluster(String token) {
        return cluster.api().post("/apis/authentication.k8s.io/v1/tokenreviews", Map.of(
                "apiVersion", "authentication.k8s.io/v1", "kind", "TokenReview",
                "spec", Map.of("token", token, "audiences", List.of("keyturn"))))
                .at("/status/authenticated").asBoolean();
    }

    @Test
    void keyturn_goes_on_while_the_api_server_is_away() throws Exception {
        try (var proxy = cluster.proxy()) {
            var settings = settings();
            settings.replaceAll((name, value) -> value.replace(cluster.url(), proxy.url()));
            settings.put("keyturn.callers.issuers.cluster.refresh", "10s");
            try (var keyturn = serve(settings)) {
                proxy.refuse();
                keyturn.await("it was away", () -> keyturn.metric(
                        "keyturn_issuer_fetches_total{issuer=\"cluster\",outcome=\"unreachable\"") > 0);
                assertEquals(200, ask(keyturn, token("agents", "support-agent", "keyturn")).statusCode());
            }
        }
    }

    @Test
    void the_manifests_of_the_page_are_the_clusters() {
        cluster.api().apply("agents", AgentsPage.block("keyturn exec", "yaml"));
    }

    @Test
    void exec_shows_the_token_that_is_in_the_file_at_the_time() throws Exception {
        var file = Files.writeString(folder.resolve("agents-token"), token("agents", "support-agent", "keyturn"));
        var ring = folder.resolve("other-ring.json");
        var next = SigningKey.generate(new SecureRandom(), Instant.EPOCH);
        var store = new FileKeyRingStore(ring);
        var staged = store.write(KeyRing.first(KEY, Instant.EPOCH).stage(next), null);
        var settings = settings();
        settings.put("keyturn.ring.file.path", ring.toString());
        try (var keyturn = serve(settings);
                var exec = KeyturnCommand.start(Map.of("keyturn.exec.settle", "100ms"), "exec",
                        "--from=" + keyturn.url(), "--token-file=" + file, "--",
                        "sh", "-c", "while sleep 0.2; do :; done")) {
            keyturn.await("the first waits", () -> keyturn.metric("keyturn_agent_polls_waiting") == 1);
            assertEquals(1, verified(keyturn));
            var replaced = Files.writeString(folder.resolve("new"), token("agents", "support-agent", "keyturn"));
            Files.move(replaced, file, StandardCopyOption.ATOMIC_MOVE);

            store.write(staged.ring().promote(next.key(), Instant.EPOCH), staged);
            keyturn.await("it turned: " + exec.lines(), () -> exec.lines().stream()
                    .anyMatch(line -> line.contains("the key turned: " + KEY.key() + " -> " + next.key())));
            keyturn.await("the next question shows the other token", () -> verified(keyturn) == 2);
        }
    }

    private static double verified(KeyturnProcess keyturn) {
        return keyturn.metric("keyturn_bearers_verified_total{issuer=\"cluster\",outcome=\"accepted\"");
    }
}
