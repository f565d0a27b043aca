package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestAuthority;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.servers.ContainerManifest;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.KeyturnProcess.Ended;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.Ports;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultServer;
import dev.keyturn.servers.VaultSetup;
import dev.keyturn.servers.WorkloadIssuer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged program with exactly the environment and the files that k8s/example gives its containers, and a Vault
 * that k8s/vault/setup has prepared. Only hosts and folders are others. Of what is Keyturn's own the program says that
 * it does not know it; of the platform's settings each has to show that it holds.
 */
@NeedsServer({ServerBinary.VAULT, ServerBinary.KUBECTL})
class KitSettingsIT {

    private static final String TOKEN = "/var/run/secrets/vault/token";

    /** Each is shown to hold by a test below, or stops the start: the platform says nothing of a name that it does not know. */
    private static final Set<String> OF_THE_PLATFORM = Set.of(
            "QUARKUS_VAULT_URL", // a ring is read
            "QUARKUS_VAULT_AUTHENTICATION_KUBERNETES_ROLE",
            "QUARKUS_VAULT_AUTHENTICATION_KUBERNETES_JWT_TOKEN_PATH",
            "QUARKUS_VAULT_TLS_CA_CERT",
            "QUARKUS_HTTP_TLS_CONFIGURATION_NAME", // HTTPS is served, by a certificate that is renewed
            "QUARKUS_TLS__PUBLIC__KEY_STORE_PEM__0__CERT",
            "QUARKUS_TLS__PUBLIC__KEY_STORE_PEM__0__KEY",
            "QUARKUS_TLS__PUBLIC__RELOAD_PERIOD",
            "QUARKUS_HTTP_PROXY_PROXY_ADDRESS_FORWARDING", // the audit names the client
            "QUARKUS_HTTP_PROXY_ALLOW_X_FORWARDED",
            "QUARKUS_HTTP_PROXY_TRUSTED_PROXIES",
            "QUARKUS_SHUTDOWN_DELAY", // it goes on answering for a while
            "QUARKUS_SHUTDOWN_TIMEOUT"); // but for this one: how long a request may take to end

    @TempDir
    static Path folder;

    private static TestAuthority authority;
    private static VaultServer vault;
    private static TestIssuer users;
    private static TestIssuer cluster;
    private static KeyturnProcess keyturn;
    private static HttpClient client;
    private static final int HTTPS = Ports.free();

    private static final ContainerManifest SERVER = ContainerManifest.of("k8s/example", "Deployment", "keyturn");
    private static final ContainerManifest ROTATION = ContainerManifest.of("k8s/example", "CronJob", "keyturn-rotate");

    @BeforeAll
    static void start() throws Exception {
        authority = TestAuthority.make(folder);
        vault = VaultServer.dev();
        users = TestIssuer.start("https://id.example.com", "RS256", Clock.systemUTC());
        cluster = TestIssuer.start("https://kubernetes.default.svc", "RS256", Clock.systemUTC());
        var workloads = new WorkloadIssuer();
        var key = Files.writeString(folder.resolve("sa.pub"), workloads.publicKeyPem());
        var setup = VaultSetup.run(vault, "jwt", "--issuer=" + WorkloadIssuer.ISSUER, "--key=" + key, "--at=kubernetes");
        assertEquals(0, setup.status(), setup::toString);

        for (var account : List.of("keyturn", "keyturn-rotator")) {
            write(account, TOKEN, workloads.token("system:serviceaccount:keyturn:" + account, "vault"));
            write(account, "/etc/keyturn/vault-ca/ca.crt", Files.readString(authority.pem()));
            write(account, "/etc/keyturn/policy/policy.yaml", SERVER.text("/etc/keyturn/policy/policy.yaml"));
        }
        showCertificate();
        var account = "/var/run/secrets/kubernetes.io/serviceaccount/";
        write("keyturn", account + "token", cluster.bearer(Map.of("sub", "system:serviceaccount:keyturn:keyturn")));
        write("keyturn", account + "ca.crt", Files.readString(authority.pem()));

        var made = rotation("init");
        assertEquals(0, made.status(), made::toString);
        client = HttpClient.newBuilder().sslContext(authority.trust()).build();
        keyturn = KeyturnProcess.serve(Map.of("quarkus.http.ssl-port", "" + HTTPS), here("keyturn", SERVER));
        keyturn.await("it is ready", keyturn::isReady);
        keyturn.await("it serves https", () -> Ports.answers(HTTPS)); // this port opens after the management port
        keyturn.await("both issuers' keys are fetched", () ->
                keyturn.metric("keyturn_issuer_keys{issuer=\"main\"") == 1
                        && keyturn.metric("keyturn_issuer_keys{issuer=\"cluster\"") == 1);
    }

    @AfterAll
    static void stop() {
        keyturn.close();
        users.close();
        cluster.close();
        vault.close();
    }

    private static void showCertificate() throws Exception {
        var certificate = authority.leaf("dns:keyturn.keyturn.svc,dns:localhost,ip:127.0.0.1");
        write("keyturn", "/etc/keyturn/tls/tls.key", Files.readString(certificate.key()));
        write("keyturn", "/etc/keyturn/tls/tls.crt", Files.readString(certificate.certificate()));
    }

    private static void write(String account, String file, String text) throws IOException {
        var place = folder.resolve(account + file);
        Files.createDirectories(place.getParent());
        Files.writeString(place, text);
    }

    /** The container's environment, with the hosts and folders of this machine. */
    private static Map<String, String> here(String account, ContainerManifest container) {
        var environment = new HashMap<>(container.environment());
        environment.replaceAll((name, value) -> value.startsWith("/") ? folder.resolve(account) + value : value);
        Map.of("QUARKUS_VAULT_URL", vault.url(),
                "KEYTURN_CALLERS_ISSUERS_MAIN_JWKS_URL", users.jwksUrl().toString(),
                "KEYTURN_CALLERS_ISSUERS_CLUSTER_JWKS_URL", cluster.jwksUrl().toString(),
                "QUARKUS_HTTP_PROXY_TRUSTED_PROXIES", "127.0.0.0/8", // where the ingress controller is here
                "KEYTURN_ROTATION_NODES", "http://127.0.0.1:1").forEach(environment::replace);
        return environment;
    }

    private static Ended rotation(String... arguments) {
        return KeyturnProcess.run(Map.of(), here("keyturn-rotator", ROTATION), "", arguments);
    }

    @Test
    void each_setting_of_the_platform_is_one_that_is_shown_to_hold() {
        var names = SERVER.environment().keySet().stream().filter(name -> !name.startsWith("KEYTURN_"))
                .collect(Collectors.toSet());
        assertEquals(OF_THE_PLATFORM, names);
        assertTrue(names.containsAll(ROTATION.environment().keySet().stream()
                .filter(name -> !name.startsWith("KEYTURN_")).toList()));
    }

    @Test
    void each_file_that_a_setting_names_is_mounted() {
        for (var container : List.of(SERVER, ROTATION)) {
            var unmounted = new TreeMap<>(container.environment());
            unmounted.values().removeIf(value -> !value.startsWith("/") || container.hasFile(value));
            assertEquals(Map.of(), unmounted);
        }
    }

    @Test
    void a_member_gets_a_token_over_https() throws Exception {
        var bearer = users.bearer(Map.of("sub", "ada", "aud", "keyturn", "tenant", "acme", "name", "Ada"));
        var answer = https("POST", "/token", "{\"room_name\": \"acme:standup\"}", "Authorization", "Bearer " + bearer,
                "Content-Type", "application/json", "Origin", "https://app.example.com");
        assertEquals(201, answer.statusCode(), answer::body);
        assertEquals("wss://livekit.example.com", KeyturnProcess.json(answer).path("server_url").asText());
        assertEquals("https://app.example.com", answer.headers().firstValue("Access-Control-Allow-Origin").orElse(""));
        assertEquals(403, https("POST", "/token", "{\"room_name\": \"other:standup\"}", "Authorization",
                "Bearer " + bearer, "Content-Type", "application/json").statusCode());
    }

    @Test
    void the_agents_account_gets_the_pair_over_https_and_another_does_not() throws Exception {
        assertEquals(403, credentials("default").statusCode());
        var answer = credentials("support-agent");
        assertEquals(200, answer.statusCode(), answer::body);
        assertEquals("ws://livekit-server.livekit.svc:7880", KeyturnProcess.json(answer).path("url").asText());
    }

    private static HttpResponse<String> credentials(String account) throws Exception {
        return https("GET", "/agent/credentials", "", "Authorization", "Bearer " + workload(account),
                "Keyturn-Request", "credentials");
    }

    private static String workload(String account) {
        return cluster.bearer(Map.of("sub", "system:serviceaccount:agents:" + account, "aud", "keyturn",
                "kubernetes.io", Map.of("namespace", "agents", "serviceaccount", Map.of("name", account))));
    }

    @Test
    void workloads_may_introspect_and_users_may_not() throws Exception {
        var user = users.bearer(Map.of("sub", "ada", "aud", "keyturn"));
        assertEquals(403, introspection(user).statusCode());
        assertEquals(200, introspection(workload("default")).statusCode());
    }

    private static HttpResponse<String> introspection(String bearer) throws Exception {
        return https("POST", "/introspect", "token=none", "Authorization", "Bearer " + bearer,
                "Content-Type", "application/x-www-form-urlencoded");
    }

    @Test
    void the_audit_names_the_client_that_the_ingress_controller_speaks_of() {
        keyturn.token("{}", "X-Forwarded-For", "203.0.113.7");
        keyturn.await("the audit has it", () -> keyturn.log().contains("203.0.113.7"));
    }

    @Test
    void the_management_port_stays_without_tls() {
        assertEquals(200, keyturn.management("/q/health/ready").statusCode());
        assertEquals(200, keyturn.management("/metrics").statusCode());
    }

    @Test
    void the_rotation_takes_its_step_with_what_its_cron_job_gives_it() {
        assertEquals(List.of("rotate"), ROTATION.arguments());
        var ended = rotation(ROTATION.arguments().toArray(String[]::new));
        assertEquals(0, ended.status(), ended::toString);
        assertFalse(vault.api().get("secret/data/keyturn/livekit").at("/data/data/keys.yaml").asText().isEmpty());
    }

    /** With shorter times than the manifests'. */
    @Test
    void a_renewed_certificate_is_shown_and_a_pod_that_ends_answers_for_a_while() throws Exception {
        var environment = here("keyturn", SERVER);
        assertEquals("1h", environment.put("QUARKUS_TLS__PUBLIC__RELOAD_PERIOD", "1s"));
        assertEquals("10s", environment.put("QUARKUS_SHUTDOWN_DELAY", "3s"));
        var port = Ports.free();
        try (var ending = KeyturnProcess.serve(Map.of("quarkus.http.ssl-port", "" + port), environment)) {
            ending.await("it is ready", ending::isReady);
            ending.await("it shows its certificate", () -> serialNumber(port).isPresent());
            var first = serialNumber(port).orElseThrow();
            showCertificate();
            ending.await("the renewed one is shown",
                    () -> serialNumber(port).filter(number -> !number.equals(first)).isPresent());

            ProcessHandle.of(ending.pid()).orElseThrow().destroy();
            ending.await("it says that it is not ready", () -> !ending.isReady());
            assertEquals(401, ending.token("{}").statusCode());
        }
    }

    /** Of the certificate that is shown; none while certificate and key are of two, which in a volume never are. */
    private static Optional<BigInteger> serialNumber(int port) {
        try (var socket = (SSLSocket) authority.trust().getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            var chain = socket.getSession().getPeerCertificates();
            return Optional.of(((X509Certificate) chain[0]).getSerialNumber());
        } catch (GeneralSecurityException | IOException notNow) {
            return Optional.empty();
        }
    }

    private static HttpResponse<String> https(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create("https://localhost:" + HTTPS + path)).headers(headers)
                .method(method, BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }
}
