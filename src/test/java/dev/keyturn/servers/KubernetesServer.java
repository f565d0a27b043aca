package dev.keyturn.servers;

import dev.keyturn.callers.PemAuthorities;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A control plane of Kubernetes on free ports of 127.0.0.1: etcd, the API server with RBAC and Pod Security admission,
 * the controllers and the scheduler. Its nodes are KWOK's: their pods are "running" as soon as they are scheduled, and
 * those of Jobs "succeed", but no container ever runs.
 */
public final class KubernetesServer implements AutoCloseable {

    private static final int ATTEMPTS = 3; // a port that was free may be taken by the time it is wanted
    private static final int NODES = 3;

    private static KubernetesServer shared;

    private final String adminToken = "admin-" + UUID.randomUUID();
    private final List<ServerProcess> processes = new ArrayList<>();
    private final Path folder = ServerProcess.folder("kube-apiserver");
    private final String url = "https://127.0.0.1:" + Ports.free();
    private final WorkloadIssuer issuer = new WorkloadIssuer();
    private HttpClient client;

    private KubernetesServer() {}

    /**
     * One for all tests of this JVM, which keep to namespaces of their own ({@link KubernetesApi#namespace}). It ends
     * with the JVM.
     */
    public static synchronized KubernetesServer shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    /** Ready for pods when this returns, with {@value #NODES} nodes. */
    public static KubernetesServer start() {
        for (int attempt = 1;; attempt++) {
            var server = new KubernetesServer();
            try {
                server.run();
                return server;
            } catch (IllegalStateException e) {
                server.close();
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void run() {
        var etcd = runEtcd();
        runApiServer(etcd);
        runClient(ServerBinary.KUBE_CONTROLLER_MANAGER, "--service-account-private-key-file=" + file("sa.key"),
                "--root-ca-file=" + caFile(), "--leader-elect=false", "--bind-address=127.0.0.1", "--secure-port=0");
        runClient(ServerBinary.KUBE_SCHEDULER, "--leader-elect=false", "--bind-address=127.0.0.1", "--secure-port=0");
        runClient(ServerBinary.KWOK, "--config=" + Path.of("src/test/servers/kwok/stages.yaml").toAbsolutePath(),
                "--manage-all-nodes=true", "--node-lease-duration-seconds=40");
        for (int node = 0; node < NODES; node++) {
            api().apply("", """
                    apiVersion: v1
                    kind: Node
                    metadata:
                      name: node-%1$d
                      labels: {kubernetes.io/hostname: node-%1$d, topology.kubernetes.io/zone: zone-%1$d}
                    """.formatted(node)); // the labels that each kubelet and each cloud give
        }
        api().await("/api/v1/namespaces/default/serviceaccounts/default", account -> !account.isMissingNode());
    }

    /** @return its address */
    private String runEtcd() {
        var clients = "http://127.0.0.1:" + Ports.free();
        var peers = "http://127.0.0.1:" + Ports.free();
        processes.add(ServerProcess.start(ServerBinary.ETCD.path(), List.of("--data-dir=data",
                "--listen-client-urls=" + clients, "--advertise-client-urls=" + clients,
                "--listen-peer-urls=" + peers, "--initial-advertise-peer-urls=" + peers,
                "--initial-cluster=default=" + peers), Map.of(), ServerProcess.folder("etcd"))
                .awaitReady(clients + "/health", status -> status == 200));
        return clients;
    }

    private void runApiServer(String etcd) {
        write("sa.key", issuer.privateKeyPem());
        write("sa.pub", issuer.publicKeyPem());
        write("tokens.csv", adminToken + ",admin,admin,\"system:masters\"\n");
        write("kubeconfig", """
                {apiVersion: v1, kind: Config, current-context: it,
                 contexts: [{name: it, context: {cluster: it, user: admin}}],
                 clusters: [{name: it, cluster: {server: "%s", certificate-authority: "%s"}}],
                 users: [{name: admin, user: {token: "%s"}}]}
                """.formatted(url, caFile(), adminToken));
        var port = url.substring(url.lastIndexOf(':') + 1);
        var process = ServerProcess.start(ServerBinary.KUBE_APISERVER.path(), List.of("--etcd-servers=" + etcd,
                "--bind-address=127.0.0.1", "--secure-port=" + port, "--cert-dir=certificates",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=sa.pub", "--service-account-signing-key-file=sa.key",
                "--token-auth-file=tokens.csv", "--authorization-mode=RBAC",
                "--enable-admission-plugins=PodSecurity", "--service-cluster-ip-range=10.96.0.0/24",
                "--feature-gates=WatchList=false"), Map.of(), folder); // which the etcd of Debian 12 lacks
        processes.add(process);
        process.awaitReady(() -> Files.exists(caFile().resolveSibling("apiserver.key"))); // the last that it makes
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .sslContext(PemAuthorities.trusted(caFile(), "cert-dir")).build();
        process.awaitReady(this::ready);
    }

    private boolean ready() {
        try {
            return api().call("GET", "/readyz", null).status() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private void runClient(ServerBinary program, String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.add("--kubeconfig=" + file("kubeconfig"));
        processes.add(ServerProcess.start(program.path(), all, Map.of(), ServerProcess.folder("kube")));
    }

    public String url() {
        return url;
    }

    /** The certificates by which the API server is to be trusted, PEM. */
    public Path caFile() {
        return folder.resolve("certificates").resolve("apiserver.crt");
    }

    /** Its API as one who may do anything. */
    public KubernetesApi api() {
        return api(adminToken);
    }

    /** Its API with another token. */
    public KubernetesApi api(String token) {
        return new KubernetesApi(client, url, token);
    }

    /** Between a client and the API server, over plain HTTP. */
    public FaultyProxy proxy() {
        return FaultyProxy.before(url, client);
    }

    public String adminToken() {
        return adminToken;
    }

    /** Signs with the API server's own key, for what it would not sign itself: a token that has expired. */
    public WorkloadIssuer issuer() {
        return issuer;
    }

    /** Ends it and deletes all that it wrote. */
    @Override
    public void close() {
        for (int last = processes.size() - 1; last >= 0; last--) {
            processes.get(last).endNow();
            processes.get(last).delete();
        }
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private void write(String name, String text) {
        try {
            var ownerOnly = PosixFilePermissions.fromString("rw-------");
            Files.createFile(file(name), PosixFilePermissions.asFileAttribute(ownerOnly));
            Files.writeString(file(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
