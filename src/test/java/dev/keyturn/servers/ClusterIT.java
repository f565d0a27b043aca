package dev.keyturn.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The servers that are more than one process: a control plane of Kubernetes, and the Redis between LiveKit's nodes. */
@NeedsServer({ServerBinary.ETCD, ServerBinary.KUBE_APISERVER, ServerBinary.KUBE_CONTROLLER_MANAGER,
    ServerBinary.KUBE_SCHEDULER, ServerBinary.KWOK, ServerBinary.REDIS, ServerBinary.LIVEKIT})
class ClusterIT {

    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: two}
            spec:
              replicas: 2
              selector: {matchLabels: {app: two}}
              template:
                metadata: {labels: {app: two}}
                spec:
                  containers: [{name: only, image: nobody.example/pulls-it}]
            """;

    @Test
    void a_deployment_of_two_rolls_out_and_rolls_out_again() {
        var api = KubernetesServer.shared().api();
        api.namespace("rolls-out");
        api.apply("rolls-out", DEPLOYMENT);
        api.awaitRollout("rolls-out", "two");

        api.patch("/apis/apps/v1/namespaces/rolls-out/deployments/two", Map.of("spec", Map.of("template", Map.of(
                "metadata", Map.of("annotations", Map.of("again", "yes"))))));
        api.awaitRollout("rolls-out", "two");

        var pods = api.await("/api/v1/namespaces/rolls-out/pods", list -> list.path("items").size() == 2);
        pods.path("items").forEach(pod -> {
            assertEquals("Running", pod.at("/status/phase").asText());
            assertEquals("yes", pod.at("/metadata/annotations/again").asText());
        });
    }

    @Test
    void a_job_runs_to_its_end_and_a_headless_service_lists_the_pods_that_are_ready() {
        var api = KubernetesServer.shared().api();
        api.namespace("runs");
        api.apply("runs", """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: once}
                spec:
                  template:
                    spec: {restartPolicy: Never, containers: [{name: only, image: nobody.example/pulls-it}]}
                """);
        api.await("/apis/batch/v1/namespaces/runs/jobs/once", job -> job.at("/status/succeeded").asInt() == 1);

        api.apply("runs", DEPLOYMENT + """
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: two}
                spec: {clusterIP: None, selector: {app: two}}
                """);
        api.await("/apis/discovery.k8s.io/v1/namespaces/runs/endpointslices",
                slices -> slices.at("/items/0/endpoints").findValues("addresses").size() == 2);
    }

    @Test
    void a_service_account_may_only_what_a_role_says() {
        var server = KubernetesServer.shared();
        server.api().namespace("rights");
        var reader = server.api(server.api().serviceAccountToken("rights", "reader"));
        assertEquals(403, reader.call("GET", "/api/v1/namespaces/rights/configmaps", null).status());

        server.api().apply("rights", """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: Role
                metadata: {name: reader}
                rules: [{apiGroups: [""], resources: [configmaps], verbs: [list]}]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: reader}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
                subjects: [{kind: ServiceAccount, name: reader}]
                """);

        // The authorizer has its own cache of roles, which follows what is written.
        reader.await("/api/v1/namespaces/rights/configmaps", list -> list.has("items"));
        assertEquals(401, server.api("nobody's").call("GET", "/api", null).status());
    }

    @Test
    void what_is_applied_is_read_strictly_and_pods_by_the_security_standard_of_their_namespace() {
        var api = KubernetesServer.shared().api();
        api.namespace("strict");
        var typo = assertThrows(IllegalStateException.class,
                () -> api.apply("strict", DEPLOYMENT.replace("replicas", "replica")));
        assertTrue(typo.getMessage().contains(".spec.replica"), typo.getMessage());

        api.patch("/api/v1/namespaces/strict", Map.of("metadata", Map.of("labels",
                Map.of("pod-security.kubernetes.io/enforce", "restricted"))));
        var refused = assertThrows(IllegalStateException.class, () -> api.apply("strict", """
                apiVersion: v1
                kind: Pod
                metadata: {name: root}
                spec: {containers: [{name: only, image: nobody.example/pulls-it}]}
                """));
        assertTrue(refused.getMessage().contains("violates PodSecurity"), refused.getMessage());
    }

    @Test
    void a_control_plane_ends_with_all_that_belongs_to_it() {
        var before = ProcessHandle.current().descendants().filter(ProcessHandle::isAlive).count();
        try (var server = KubernetesServer.start()) {
            assertEquals(200, server.api().call("GET", "/version", null).status());
        }
        assertEquals(before, ProcessHandle.current().descendants().filter(ProcessHandle::isAlive).count());
    }

    @Test
    void two_live_kits_with_one_redis_know_of_each_other() {
        var keys = Map.of("APIharness00001", "0123456789012345678901234567890123456789");
        try (var redis = RedisServer.start()) {
            var options = "redis: {address: \"" + redis.address() + "\"}";
            try (var one = LiveKitServer.start(keys, options); var other = LiveKitServer.start(keys, options)) {
                assertTrue(one.log().contains("connecting to redis"), one.log());
                assertTrue(other.log().contains("connecting to redis"), other.log());
            }
        }
    }
}
