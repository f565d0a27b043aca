package dev.keyturn.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.DeliveryException.Kind;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.FaultyProxy;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way in which a delivery can fail: a sentence that says what to do, without secrets, and the next one goes on. */
@NeedsServer({ServerBinary.ETCD, ServerBinary.KUBE_APISERVER, ServerBinary.KUBE_CONTROLLER_MANAGER,
    ServerBinary.KUBE_SCHEDULER, ServerBinary.KWOK})
class KubernetesFaultsIT {

    private static final String CANARY = TestKeys.secretOf("");
    private static final KeyFile FILE = KeyFile.of(TestKeys.ring("APIone"), TestClock.START);
    private static final KeyFile NEXT = KeyFile.of(TestKeys.ring("APItwo"), TestClock.START.plusSeconds(1));
    private static final String STATUS = "{\"kind\": \"Status\", \"apiVersion\": \"v1\", \"message\": \"" + CANARY + "\"}";

    @TempDir
    static Path folder;

    private static LiveKitInCluster livekit;

    private FaultyProxy proxy;
    private KubernetesTarget target;
    private Delivered seen;

    @BeforeAll
    static void deploy() {
        livekit = new LiveKitInCluster("faults", folder);
    }

    @BeforeEach
    void deliver() throws Exception {
        proxy = livekit.server.proxy();
        target = settings().build();
        if (target.read().equals(Delivered.NOTHING)) {
            target.deliver(FILE, Delivered.NOTHING);
        }
        seen = target.read();
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("refused", FaultyProxy::refuse, Kind.UNREACHABLE, "nobody listens there"),
                fault("hung up", FaultyProxy::hangUp, Kind.UNREACHABLE, "the connection was closed"),
                fault("cut short", FaultyProxy::cut, Kind.UNREACHABLE, "the connection was closed"),
                fault("500", status(500, STATUS), Kind.DENIED, "answered with status 500"),
                fault("a load balancer's 503", status(503, "<html>" + CANARY), Kind.DENIED, "answered with status 503"),
                fault("overload", status(429, STATUS), Kind.DENIED, "too much to do"),
                fault("an old token", status(401, STATUS), Kind.DENIED, "does not accept Keyturn's token"),
                fault("a policy", status(403, STATUS), Kind.DENIED, "forbids it, though not for a missing right"),
                fault("a bad request", status(400, STATUS), Kind.DENIED, "answered with status 400"),
                fault("a foreign 401", status(401, CANARY), Kind.DENIED, "is not that of a Kubernetes API server"),
                fault("a foreign 403", status(403, "<html>"), Kind.DENIED, "is not that of a Kubernetes API server"),
                fault("a foreign 404", status(404, "{\"" + CANARY + "\": 1}"), Kind.DENIED, "is not that of a Kubern"),
                fault("a redirect", status(307, ""), Kind.DENIED, "(status 307) is not that of a Kubernetes API server"),
                fault("a foreign page", status(200, "<html>" + CANARY), Kind.DENIED, "is not that of a Kubernetes API"),
                fault("an empty answer", status(200, ""), Kind.DENIED, "(status 200) is not that of a Kubernetes API"),
                fault("another object", status(200, "{\"kind\": \"Pod\", \"apiVersion\": \"v1\"}"), Kind.DENIED, "is not"),
                fault("a list", status(200, "[\"" + CANARY + "\"]"), Kind.DENIED, "is not that of a Kubernetes API"),
                fault("an endless page", status(200, CANARY.repeat(200_000)), Kind.DENIED, "is not that of a Kubernet"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void a_failed_look_says_what_happened_and_the_next_one_goes_on(
            String name, Consumer<FaultyProxy> fault, Kind kind, String says) throws Exception {
        fault.accept(proxy);

        assertFault(kind, says, target::read);

        proxy.pass();
        assertEquals(seen.file(), target.read().file());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void a_failed_delivery_says_what_happened_and_is_never_taken_for_one_that_worked(
            String name, Consumer<FaultyProxy> fault, Kind kind, String says) throws Exception {
        var file = seen.file().equals(Optional.of(FILE)) ? NEXT : FILE;
        fault.accept(proxy);

        assertFault(kind, says, () -> target.deliver(file, seen));

        proxy.pass();
        // a cut answer came of a write that was done
        assertEquals(name.equals("cut short") ? Optional.of(file) : seen.file(), target.read().file());
    }

    @Test
    void an_api_server_that_never_answers_is_given_up_while_it_still_holds_the_request() throws Exception {
        var impatient = settings().with("timeout", "500ms").build();
        proxy.blackHole();

        assertFault(Kind.UNREACHABLE, "no whole answer within 500 ms (keyturn.rotation.kubernetes.timeout)",
                impatient::read);
        assertEquals(1, proxy.held());
    }

    @Test
    void a_thread_that_is_interrupted_stops_waiting_and_stays_interrupted() {
        proxy.blackHole();
        Thread.currentThread().interrupt();

        assertFault(Kind.UNREACHABLE, "the program is ending", target::read);
        assertTrue(Thread.interrupted());
    }

    @Test
    void a_host_that_nobody_knows_is_said_to_be_unknown() {
        var nowhere = livekit.settings().with("api-url", "https://kubernetes.invalid").build();

        assertFault(Kind.UNREACHABLE, "Kubernetes at https://kubernetes.invalid: nobody knows that host", nowhere::read);
    }

    @Test
    void tls_with_a_server_that_speaks_none_is_said_to_have_failed() throws Exception {
        try (var plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var answers = new Thread(() -> {
                try (var client = plain.accept()) {
                    client.getInputStream().read(new byte[8192]);
                    client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
                    client.getInputStream().readAllBytes();
                } catch (IOException gone) {
                    // the client hung up
                }
            });
            answers.start();
            var tls = livekit.settings().with("api-url", "https://127.0.0.1:" + plain.getLocalPort()).build();

            assertFault(Kind.UNREACHABLE, "TLS failed, ", tls::read);
        }
    }

    @Test
    void an_api_server_of_another_authority_is_not_trusted() throws Exception {
        var everyones = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        everyones.init((KeyStore) null);
        var other = ((X509TrustManager) everyones.getTrustManagers()[0]).getAcceptedIssuers()[0];
        var ca = TestTarget.write(folder.resolve("ca.crt"), "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(other.getEncoded()) + "\n-----END CERTIFICATE-----\n");

        assertFault(Kind.UNREACHABLE, "TLS failed, its certificate is of an authority that is not trusted: check", livekit.settings().with("ca-file", ca.toString()).build()::read);
    }

    @Test
    void a_token_that_the_api_server_does_not_know_is_said_to_be_unknown() {
        var stranger = withToken("canary.of.a-token");

        assertFault(Kind.DENIED, "does not accept Keyturn's token (expired, or of another cluster):"
                + " check keyturn.rotation.kubernetes.token-file", stranger::read);
    }

    @Test
    void a_token_file_is_read_at_every_call() throws Exception {
        var token = TestTarget.write(folder.resolve("turned.token"), "old");
        var turned = livekit.settings().with("token-file", token.toString()).build();
        assertFault(Kind.DENIED, "does not accept Keyturn's token", turned::read);

        TestTarget.write(token, livekit.api.serviceAccountToken("keyturn", "keyturn-rotator") + "\n");

        assertEquals(seen.file(), turned.read().file());
    }

    @Test
    void a_token_file_that_is_missing_or_holds_no_token_is_named() {
        var missing = livekit.settings().with("token-file", folder.resolve("none").toString()).build();

        assertFault(Kind.DENIED, folder.resolve("none") + " cannot be read, or holds no token", missing::read);
        assertFault(Kind.DENIED, "cannot be read, or holds no token", withToken("canary\nof two lines")::read);
    }

    @Test
    void a_workload_that_is_not_there_is_named_before_anything_is_written() {
        var typo = settings().with("workload", "deployment/livekit-sever").build();
        var byName = "resourceNames: [livekit-sever], verbs: [get]";

        assertFault(Kind.DENIED, "deployment livekit-sever in namespace faults: Kubernetes forbids it", typo::read);
        assertFault(Kind.DENIED, byName, typo::read);
        var admin = TestTarget.write(folder.resolve("admin.token"), livekit.server.adminToken());
        assertFault(Kind.DENIED, "deployment livekit-sever in namespace faults: there is no such deployment",
                typo(admin)::read);
    }

    private KubernetesTarget typo(Path token) {
        return settings().with("workload", "deployment/livekit-sever").with("token-file", token.toString()).build();
    }

    @Test
    void a_secret_that_may_not_be_changed_is_said_to_be_immutable() throws Exception {
        livekit.api.patch(livekit.secretPath(), Map.of("immutable", true));
        try {
            var now = target.read();
            assertFault(Kind.DENIED, "Kubernetes finds the change invalid [data]; a Secret that is 'immutable: true' has"
                    + " to be made anew without that", () -> target.deliver(NEXT, now));
        } finally {
            livekit.api.delete(livekit.secretPath());
        }
    }

    @Test
    void a_quota_is_not_taken_for_a_missing_right() throws Exception {
        livekit.api.delete(livekit.secretPath());
        livekit.api.apply("faults", "{apiVersion: v1, kind: ResourceQuota, metadata: {name: none},"
                + " spec: {hard: {count/secrets: 0}}}");
        var quota = "/api/v1/namespaces/faults/resourcequotas/none";
        livekit.api.await(quota, object -> object.at("/status/hard").has("count/secrets"));
        try {
            assertFault(Kind.DENIED, "Kubernetes forbids it, though not for a missing right: the namespace is being"
                    + " deleted, or a quota", () -> target.deliver(FILE, Delivered.NOTHING));
        } finally {
            livekit.api.delete(quota);
        }
        livekit.api.await(quota, object -> object.isMissingNode());
    }

    private TestTarget settings() {
        return livekit.settings().with("api-url", proxy.url());
    }

    private KubernetesTarget withToken(String token) {
        var file = TestTarget.write(folder.resolve("a.token"), token);
        return livekit.settings().with("token-file", file.toString()).build();
    }

    /** All that a log would show of it: message, causes and stack. */
    private static void assertFault(Kind kind, String says, Executable call) {
        var failure = assertThrows(DeliveryException.class, call);
        var shown = new StringWriter();
        failure.printStackTrace(new PrintWriter(shown));
        assertEquals(kind, failure.kind(), shown::toString);
        assertTrue(failure.getMessage().contains(says), shown::toString);
        assertFalse(shown.toString().contains("canary"), shown::toString);
    }

    private static Arguments fault(String name, Consumer<FaultyProxy> fault, Kind kind, String says) {
        return arguments(name, fault, kind, says);
    }

    private static Consumer<FaultyProxy> status(int status, String body) {
        return proxy -> proxy.status(status, body);
    }
}
