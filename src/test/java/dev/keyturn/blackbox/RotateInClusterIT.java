package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.KubernetesServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code keyturn rotate} as a CronJob runs it, with LiveKit in the same cluster. What it may do is tested elsewhere. */
@NeedsServer({ServerBinary.ETCD, ServerBinary.KUBE_APISERVER, ServerBinary.KUBE_CONTROLLER_MANAGER,
    ServerBinary.KUBE_SCHEDULER, ServerBinary.KWOK})
class RotateInClusterIT {

    private static final String NAMESPACE = "rotate-in-cluster";

    @TempDir
    Path folder;

    @Test
    void the_key_file_is_delivered_and_live_kit_restarted() throws Exception {
        var cluster = KubernetesServer.shared();
        cluster.api().namespace(NAMESPACE);
        cluster.api().apply(NAMESPACE, """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: livekit-server}
                spec:
                  selector: {matchLabels: {app: livekit-server}}
                  template:
                    metadata: {labels: {app: livekit-server}}
                    spec: {containers: [{name: livekit-server, image: livekit/livekit-server}]}
                """);
        var ring = folder.resolve("ring.json");
        var settings = new HashMap<>(Map.of(
                "keyturn.ring.store", "file",
                "keyturn.ring.file.path", ring.toString(),
                "keyturn.rotation.longest-ttl", "1h",
                "keyturn.rotation.nodes", "http://127.0.0.1:1",
                "keyturn.rotation.target", "kubernetes",
                "keyturn.rotation.kubernetes.namespace", NAMESPACE,
                "keyturn.rotation.kubernetes.secret", "livekit-keys",
                "keyturn.rotation.kubernetes.workload", "deployment/livekit-server",
                "keyturn.rotation.kubernetes.api-url", cluster.url(),
                "keyturn.rotation.kubernetes.ca-file", cluster.caFile().toString()));
        settings.put("keyturn.rotation.kubernetes.token-file",
                Files.writeString(folder.resolve("token"), cluster.adminToken()).toString());
        run(0, settings, "init");
        run(0, settings, "rotate");

        var active = new FileKeyRingStore(ring).read().orElseThrow().ring().active();
        var secret = cluster.api().get("/api/v1/namespaces/" + NAMESPACE + "/secrets/livekit-keys");
        var file = KeyFile.read(new String(Base64.getDecoder().decode(secret.at("/data/keys.yaml").asText())));
        assertEquals(Map.of(active.key(), active.secret()), file.pairs());

        cluster.api().awaitRollout(NAMESPACE, "livekit-server");
        run(0, settings, "rotate", "--now");
        run(0, settings, "rotate");
        cluster.api().awaitRollout(NAMESPACE, "livekit-server");
        var status = run(3, settings, "status"); // waits for a node that is not there
        assertTrue(status.contains("all 1 pods of deployment/livekit-server run with it"), status);
    }

    private static String run(int status, Map<String, String> settings, String... arguments) {
        var ended = KeyturnProcess.run(settings, "", arguments);
        assertEquals(status, ended.status(), () -> String.join(" ", arguments) + ": " + ended.out() + ended.err());
        return ended.out();
    }
}
