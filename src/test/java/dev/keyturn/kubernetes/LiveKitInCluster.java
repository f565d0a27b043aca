package dev.keyturn.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.servers.KubernetesApi;
import dev.keyturn.servers.KubernetesServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** LiveKit in a namespace of its own as its chart has it, and the rotator with the rights that are shipped. */
final class LiveKitInCluster {

    static final Path ROLE = Path.of("k8s/rotation/kubernetes-target/role.yaml");
    static final Path CREATE_ROLE = Path.of("k8s/rotation/kubernetes-target/create-role.yaml");

    private static final String WORKLOAD = """
            apiVersion: apps/v1
            kind: %s
            metadata: {name: livekit-server}
            spec:
              %s
              selector: {matchLabels: {app.kubernetes.io/name: livekit-server}}
              template:
                metadata:
                  labels: {app.kubernetes.io/name: livekit-server}
                  annotations: {checksum/config: "1"}
                spec:
                  terminationGracePeriodSeconds: 18000
                  containers:
                    - name: livekit-server
                      image: livekit/livekit-server
                      volumeMounts: [{name: keys, mountPath: keys.yaml, subPath: keys.yaml}]
                  volumes: [{name: keys, secret: {secretName: livekit-keys, defaultMode: 0600}}]
            """;

    final KubernetesServer server = KubernetesServer.shared();
    final KubernetesApi api = server.api();
    final String namespace;
    private final Path tokenFile;

    /** @param folder for the rotator's token */
    LiveKitInCluster(String namespace, Path folder) {
        this.namespace = namespace;
        this.tokenFile = folder.resolve(namespace + ".token");
        api.namespace(namespace);
        api.apply(namespace, WORKLOAD.formatted("Deployment", "replicas: 3"));
        api.apply("", "{apiVersion: v1, kind: Namespace, metadata: {name: keyturn}}");
        TestTarget.write(tokenFile, api.serviceAccountToken("keyturn", "keyturn-rotator"));
        for (var role : new Path[] {ROLE, CREATE_ROLE}) {
            api.apply("", here(role));
        }
        api.awaitRollout(namespace, "livekit-server");
        awaitRight("create", "", "secrets", "livekit-keys", true);
    }

    /** A shipped file, for this namespace instead of {@code livekit}. */
    String here(Path file) {
        try {
            return Files.readString(file).replace("namespace: livekit\n", "namespace: " + namespace + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same pods under a StatefulSet or a DaemonSet of the same name. */
    void alsoAs(String kind) {
        var pods = WORKLOAD.formatted(kind, kind.equals("StatefulSet") ? "replicas: 3" : "").replace(
                "app.kubernetes.io/name: livekit-server", "app.kubernetes.io/name: " + kind);
        api.apply(namespace, pods);
        api.apply("", here(ROLE).replace("deployments", kind.toLowerCase(Locale.ROOT) + "s"));
        awaitRight("patch", "apps", kind.toLowerCase(Locale.ROOT) + "s", "livekit-server", true);
    }

    TestTarget settings() {
        return TestTarget.in(namespace).at(server, tokenFile);
    }

    JsonNode secret() {
        return api.get(secretPath());
    }

    String secretPath() {
        return "/api/v1/namespaces/" + namespace + "/secrets/livekit-keys";
    }

    String workloadPath() {
        return "/apis/apps/v1/namespaces/" + namespace + "/deployments/livekit-server";
    }

    JsonNode template() {
        return api.get(workloadPath()).at("/spec/template");
    }

    String annotation() {
        return template().at("/metadata/annotations").path("keyturn.dev/key-file").asText();
    }

    /** Waits until the API server has noticed a change of the rotator's rights. */
    void awaitRight(String verb, String group, String resource, String name, boolean allowed) {
        var review = Map.of("apiVersion", "authorization.k8s.io/v1", "kind", "SubjectAccessReview",
                "spec", Map.of("user", "system:serviceaccount:keyturn:keyturn-rotator", "resourceAttributes", Map.of(
                        "namespace", namespace, "verb", verb, "group", group, "resource", resource, "name", name)));
        while (api.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
                .at("/status/allowed").asBoolean() != allowed) {
            Thread.onSpinWait(); // each question takes a millisecond
        }
    }
}
