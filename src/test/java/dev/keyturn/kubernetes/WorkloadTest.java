package dev.keyturn.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.kubernetes.Workload.Rollout;
import dev.keyturn.rotation.Delivered.Restart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

class WorkloadTest {

    private static final Workload DEPLOYMENT = Workload.of("deployment/livekit-server");
    private static final Workload STATEFUL_SET = Workload.of("statefulset/livekit");
    private static final Workload DAEMON_SET = Workload.of("daemonset/livekit");

    @ParameterizedTest
    @ValueSource(strings = {"livekit-server", "deployment/", "/livekit", "deployment/a/b", "Deployment/LiveKit",
        "deployment/../secrets", "deployment/a?b", ""})
    void a_workload_is_a_kind_and_a_name(String text) {
        assertThrows(IllegalArgumentException.class, () -> Workload.of(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pod/livekit", "deployments/livekit", "cronjob/livekit"})
    void a_workload_of_another_kind_is_refused(String text) {
        var refused = assertThrows(IllegalArgumentException.class, () -> Workload.of(text));
        assertEquals("it begins with deployment/, statefulset/ or daemonset/", refused.getMessage());
    }

    /** Of three that are wanted. The old ones count as available, as long as they may be. */
    @ParameterizedTest
    @CsvSource({
        "3, 0, 3, 0", // begun
        "4, 1, 3, 0", // the first new one starts
        "4, 1, 4, 1", // and takes participants
        "3, 1, 3, 1", // so an old one ends
        "4, 2, 3, 1",
        "3, 3, 2, 2", // the last new one starts
        "4, 3, 3, 2", // an old one is still there
        "1, 0, 1, 0", "0, 0, 0, 0"})
    void a_rollout_counts_the_pods_that_surely_run_with_it(int existing, int updated, int available, int surely) {
        var object = object("""
                {metadata: {generation: 2}, spec: {replicas: 3}, status: {observedGeneration: 2,
                 replicas: %d, updatedReplicas: %d, availableReplicas: %d}}""".formatted(existing, updated, available));

        assertEquals(new Rollout(Restart.UNDER_WAY, surely + " of 3 pods of deployment/livekit-server run with it"),
                DEPLOYMENT.rollout(object));
        assertEquals(surely + " of 3 pods of statefulset/livekit run with it",
                STATEFUL_SET.rollout(object).sentence());
    }

    @Test
    void a_rollout_is_over_when_all_pods_are_new_and_available() {
        var object = object("""
                {metadata: {generation: 2}, spec: {replicas: 3}, status: {observedGeneration: 2,
                 replicas: 3, updatedReplicas: 3, availableReplicas: 3}}""");

        assertEquals(new Rollout(Restart.DONE, "all 3 pods of deployment/livekit-server run with it"),
                DEPLOYMENT.rollout(object));
        assertEquals(Restart.DONE, STATEFUL_SET.rollout(object).restart());
    }

    @Test
    void a_rollout_is_not_over_while_an_old_pod_is_there() {
        var object = object("""
                {metadata: {generation: 2}, spec: {replicas: 3}, status: {observedGeneration: 2,
                 replicas: 4, updatedReplicas: 3, availableReplicas: 4}}""");

        assertEquals(new Rollout(Restart.UNDER_WAY,
                "3 of 3 pods of deployment/livekit-server run with it, and 1 without it"), DEPLOYMENT.rollout(object));
    }

    @Test
    void what_was_said_before_the_change_says_nothing_of_it() {
        var object = object("""
                {metadata: {generation: 3}, spec: {replicas: 3}, status: {observedGeneration: 2,
                 replicas: 3, updatedReplicas: 3, availableReplicas: 3}}""");

        assertEquals(new Rollout(Restart.UNDER_WAY, "0 of 3 pods of deployment/livekit-server run with it"),
                DEPLOYMENT.rollout(object));
    }

    @Test
    void none_are_wanted_and_none_are_missing() {
        assertEquals(Restart.DONE, DEPLOYMENT.rollout(object("{spec: {replicas: 0}}")).restart());
    }

    @Test
    void a_daemon_sets_pods_are_as_many_as_its_nodes() {
        var status = "{metadata: {generation: 1}, status: {observedGeneration: 1, desiredNumberScheduled: 3,"
                + " currentNumberScheduled: 3, updatedNumberScheduled: %d, numberAvailable: %d}}";

        assertEquals("1 of 3 pods of daemonset/livekit run with it",
                DAEMON_SET.rollout(object(status.formatted(2, 2))).sentence());
        assertEquals(Restart.DONE, DAEMON_SET.rollout(object(status.formatted(3, 3))).restart());
    }

    @Test
    void a_rollout_that_does_not_go_on_by_itself_says_why() {
        var begun = "0 of 1 pods of ";
        assertEquals(begun + "deployment/livekit-server run with it, and it is paused:"
                + " 'kubectl rollout resume deployment/livekit-server'",
                DEPLOYMENT.rollout(object("{spec: {paused: true}}")).sentence());
        assertEquals(begun + "statefulset/livekit run with it, and its update strategy is OnDelete:"
                + " delete its pods one by one",
                STATEFUL_SET.rollout(object("{spec: {updateStrategy: {type: OnDelete}}}")).sentence());
        assertEquals(begun + "statefulset/livekit run with it, and its update strategy has a partition, which keeps"
                + " some pods as they are: set it to 0",
                STATEFUL_SET.rollout(object("{spec: {updateStrategy: {rollingUpdate: {partition: 1}}}}")).sentence());
        assertEquals(begun + "deployment/livekit-server run with it, and Kubernetes has seen no progress for long:"
                + " 'kubectl describe deployment/livekit-server' and its pods say why",
                DEPLOYMENT.rollout(object("{status: {conditions: [{type: Available, reason: Else},"
                        + " {type: Progressing, reason: ProgressDeadlineExceeded}]}}")).sentence());
    }

    private static JsonNode object(String yaml) {
        return new ObjectMapper().valueToTree(new Yaml().load(yaml));
    }
}
