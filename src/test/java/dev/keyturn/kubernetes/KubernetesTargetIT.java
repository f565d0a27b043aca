package dev.keyturn.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.DeliveryConflictException;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real API server and its controllers, with the rights that are shipped and no more. */
@NeedsServer({ServerBinary.ETCD, ServerBinary.KUBE_APISERVER, ServerBinary.KUBE_CONTROLLER_MANAGER,
    ServerBinary.KUBE_SCHEDULER, ServerBinary.KWOK})
class KubernetesTargetIT {

    private static final KeyRing RING = TestKeys.ring("APIone");
    private static final KeyFile FIRST = KeyFile.of(RING, TestClock.START);
    private static final KeyFile SECOND =
            KeyFile.of(RING.stage(TestKeys.staged("APItwo")), TestClock.START.plusSeconds(60));

    private static int namespaces;

    @TempDir
    Path folder;

    private LiveKitInCluster livekit;
    private KubernetesTarget target;

    @BeforeEach
    void deploy() {
        livekit = new LiveKitInCluster("target-" + ++namespaces, folder);
        target = livekit.settings().build();
    }

    @Test
    void the_first_delivery_makes_the_secret_as_live_kits_chart_reads_it() throws Exception {
        assertEquals(Delivered.NOTHING, target.read());

        target.deliver(FIRST, target.read());

        var secret = livekit.secret();
        assertEquals("Opaque", secret.path("type").asText());
        assertEquals("keyturn", secret.at("/metadata/labels").path("app.kubernetes.io/managed-by").asText());
        assertEquals(FIRST.text(), content(secret, "keys.yaml"));
        assertEquals(1, secret.path("data").size());
        assertEquals(FIRST, KeyFile.read(content(secret, "keys.yaml")));
    }

    @Test
    void what_is_read_is_what_was_delivered_and_when() throws Exception {
        target.deliver(FIRST, target.read());

        var delivered = target.read();

        assertEquals(Optional.of(FIRST), delivered.file());
        var secret = livekit.secret();
        assertEquals(secret.at("/metadata/resourceVersion").asText(), delivered.revision());
        assertEquals(Instant.parse(secret.at("/metadata/managedFields/0/time").asText()), delivered.written());
    }

    @Test
    void a_delivery_restarts_live_kit_and_the_rollout_is_told_to_its_end() throws Exception {
        var before = replicaSets();
        hold();
        target.deliver(FIRST, target.read());

        assertEquals("1 2026-03-01T12:00:00Z", livekit.annotation());
        assertEquals("1", livekit.template().at("/metadata/annotations").path("checksum/config").asText());
        var held = awaitProgress();
        assertEquals(Restart.UNDER_WAY, held.restart());
        assertEquals("0 of 3 pods of deployment/livekit-server run with it", held.progress());

        letGo();
        livekit.api.awaitRollout(livekit.namespace, "livekit-server");
        var over = target.read();
        assertEquals(Restart.DONE, over.restart());
        assertEquals("all 3 pods of deployment/livekit-server run with it", over.progress());
        assertTrue(replicaSets() > before);
        pods().forEach(pod -> assertEquals("1 2026-03-01T12:00:00Z",
                pod.at("/metadata/annotations").path("keyturn.dev/key-file").asText()));
    }

    @Test
    void each_delivery_restarts_live_kit_again() throws Exception {
        target.deliver(FIRST, target.read());
        livekit.api.awaitRollout(livekit.namespace, "livekit-server");

        target.deliver(SECOND, target.read());

        assertEquals("2 2026-03-01T12:01:00Z", livekit.annotation());
        livekit.api.awaitRollout(livekit.namespace, "livekit-server");
        assertEquals(Restart.DONE, target.read().restart());
        assertEquals(Optional.of(SECOND), target.read().file());
    }

    @ParameterizedTest
    @ValueSource(strings = {"StatefulSet", "DaemonSet"})
    void other_workloads_are_restarted_too(String kind) throws Exception {
        livekit.alsoAs(kind);
        var resource = kind.toLowerCase(Locale.ROOT);
        var other = livekit.settings().with("workload", resource + "/livekit-server").build();

        other.deliver(FIRST, other.read());

        var path = "/apis/apps/v1/namespaces/" + livekit.namespace + "/" + resource + "s/livekit-server";
        livekit.api.await(path, object -> read(other).restart() == Restart.DONE);
        assertEquals("all 3 pods of " + resource + "/livekit-server run with it", other.read().progress());
        assertEquals("1 2026-03-01T12:00:00Z",
                livekit.api.get(path).at("/spec/template/metadata/annotations").path("keyturn.dev/key-file").asText());
    }

    @Test
    void a_stale_delivery_conflicts_and_changes_nothing() throws Exception {
        target.deliver(FIRST, target.read());
        var seen = target.read();
        target.deliver(SECOND, seen);

        assertConflict(() -> target.deliver(FIRST, seen));

        assertEquals(Optional.of(SECOND), target.read().file());
        assertEquals("2 2026-03-01T12:01:00Z", livekit.annotation());
    }

    @Test
    void of_two_first_deliveries_one_is_told_that_the_other_was_first() throws Exception {
        target.deliver(FIRST, Delivered.NOTHING);

        assertConflict(() -> target.deliver(SECOND, Delivered.NOTHING));

        assertEquals(Optional.of(FIRST), target.read().file());
        assertEquals("1 2026-03-01T12:00:00Z", livekit.annotation());
    }

    @Test
    void a_secret_that_was_deleted_meanwhile_is_a_conflict_and_then_made_anew() throws Exception {
        target.deliver(FIRST, target.read());
        var seen = target.read();
        livekit.api.delete(livekit.secretPath());

        assertConflict(() -> target.deliver(SECOND, seen));
        assertConflict(() -> target.restart(seen));

        assertEquals(Delivered.NOTHING, target.read());
        target.deliver(SECOND, target.read());
        assertEquals(Optional.of(SECOND), target.read().file());
    }

    @Test
    void a_crash_between_secret_and_annotation_is_seen_and_made_good() throws Exception {
        target.deliver(FIRST, target.read());
        crashAfterSecret(SECOND);

        var found = target.read();
        assertEquals(Restart.DUE, found.restart());
        assertEquals("deployment/livekit-server was not restarted on it", found.progress());
        assertEquals("1 2026-03-01T12:00:00Z", livekit.annotation());

        target.restart(found);
        assertEquals("2 2026-03-01T12:01:00Z", livekit.annotation());
        livekit.api.awaitRollout(livekit.namespace, "livekit-server");
        assertEquals(Restart.DONE, target.read().restart());
    }

    @Test
    void a_restart_on_a_file_that_was_replaced_since_is_not_done() throws Exception {
        crashAfterSecret(FIRST);
        var seen = target.read();
        target.deliver(SECOND, seen);

        assertConflict(() -> target.restart(seen));

        assertEquals("2 2026-03-01T12:01:00Z", livekit.annotation());
    }

    @Test
    void the_annotation_of_a_rotator_that_was_overtaken_is_put_right_by_the_next_run() throws Exception {
        target.deliver(SECOND, target.read());
        annotate("1 2026-03-01T12:00:00Z");

        var found = target.read();
        assertEquals(Restart.DUE, found.restart());
        target.restart(found);

        assertEquals("2 2026-03-01T12:01:00Z", livekit.annotation());
    }

    @Test
    void an_edit_by_hand_is_seen_and_can_be_put_right() throws Exception {
        target.deliver(FIRST, target.read());
        var seen = target.read();
        edit(FIRST.text().replace("APIone", "APIother"));

        var edited = target.read();
        assertEquals(Set.of(new ApiKey("APIother")), edited.file().orElseThrow().pairs().keySet());
        assertNotEquals(seen.revision(), edited.revision());
        assertConflict(() -> target.deliver(SECOND, seen));

        target.deliver(SECOND, edited);
        assertEquals(Optional.of(SECOND), target.read().file());
    }

    @Test
    void one_of_ours_that_was_broken_by_hand_is_there_without_pairs() throws Exception {
        target.deliver(FIRST, target.read());
        edit(FIRST.text() + "\tno: yaml");

        var file = target.read().file().orElseThrow();
        assertEquals(FIRST.header(), file.header());
        assertEquals(Map.of(), file.pairs());
    }

    @Test
    void the_secret_that_an_operator_made_is_taken_over_without_a_restart_before_there_is_reason() throws Exception {
        livekit.api.apply(livekit.namespace, """
                apiVersion: v1
                kind: Secret
                metadata: {name: livekit-keys, labels: {team: video}, annotations: {note: kept}}
                stringData: {keys.yaml: 'APIone: "%s"', other: entry}
                """.formatted(TestKeys.secretOf("APIone")));

        var found = target.read();
        assertEquals(FIRST.pairs(), found.file().orElseThrow().pairs());
        assertEquals(Optional.empty(), found.file().orElseThrow().header());
        assertEquals(Restart.DONE, found.restart());
        assertEquals("", found.progress());

        target.deliver(SECOND, found);
        var secret = livekit.secret();
        assertEquals(SECOND.text(), content(secret, "keys.yaml"));
        assertEquals("entry", content(secret, "other"));
        assertEquals("video", secret.at("/metadata/labels/team").asText());
        assertEquals("kept", secret.at("/metadata/annotations/note").asText());
    }

    @Test
    void a_secret_without_the_entry_gets_it() throws Exception {
        livekit.api.apply(livekit.namespace,
                "{apiVersion: v1, kind: Secret, metadata: {name: livekit-keys}, stringData: {other: entry}}");

        assertEquals(Optional.empty(), target.read().file());
        target.deliver(FIRST, target.read());

        assertEquals("entry", content(livekit.secret(), "other"));
        assertEquals(Optional.of(FIRST), target.read().file());
    }

    @Test
    void somebody_elses_entry_is_left_as_it_is() {
        livekit.api.apply(livekit.namespace, "{apiVersion: v1, kind: Secret, metadata: {name: livekit-keys},"
                + " stringData: {keys.yaml: 'port: {canary: x}'}}");

        var foreign = assertThrows(DeliveryException.class, target::read);

        assertEquals(DeliveryException.Kind.FOREIGN, foreign.kind());
        assertEquals("entry keys.yaml of secret livekit-keys in namespace " + livekit.namespace + " is no key file of"
                + " LiveKit, and never was Keyturn's: it is left as it is. Correct"
                + " keyturn.rotation.kubernetes.secret or .entry, or remove the entry", foreign.getMessage());
    }

    /** As if the program ended after the first of a delivery's two writes. */
    private void crashAfterSecret(KeyFile file) throws Exception {
        var without = livekit.here(LiveKitInCluster.ROLE).replace("[livekit-server]\n    verbs: [get, patch]",
                "[livekit-server]\n    verbs: [get]");
        livekit.api.apply("", without);
        livekit.awaitRight("patch", "apps", "deployments", "livekit-server", false);
        var seen = target.read();
        assertThrows(DeliveryException.class, () -> target.deliver(file, seen));
        livekit.api.apply("", livekit.here(LiveKitInCluster.ROLE));
        livekit.awaitRight("patch", "apps", "deployments", "livekit-server", true);
    }

    private Delivered awaitProgress() throws Exception {
        livekit.api.await(livekit.workloadPath(), object -> object.at("/status/updatedReplicas").asInt() > 0
                && object.at("/status/observedGeneration").equals(object.at("/metadata/generation")));
        return target.read();
    }

    /** New pods find no node that they may run on. */
    private void hold() {
        nodeSelector("yes");
        livekit.api.await(livekit.workloadPath(), object -> object.at("/status/observedGeneration").equals(
                object.at("/metadata/generation")) && object.at("/status/updatedReplicas").asInt() > 0);
    }

    private void letGo() {
        nodeSelector(null);
    }

    private void nodeSelector(String value) {
        var selector = new HashMap<String, Object>();
        selector.put("keyturn.dev/nowhere", value);
        livekit.api.patch(livekit.workloadPath(),
                Map.of("spec", Map.of("template", Map.of("spec", Map.of("nodeSelector", selector)))));
    }

    private void annotate(String delivery) {
        livekit.api.patch(livekit.workloadPath(), Map.of("spec", Map.of("template", Map.of("metadata", Map.of(
                "annotations", Map.of("keyturn.dev/key-file", delivery))))));
    }

    private void edit(String text) {
        livekit.api.patch(livekit.secretPath(), Map.of("stringData", Map.of("keys.yaml", text)));
    }

    private JsonNode pods() {
        return livekit.api.await("/api/v1/namespaces/" + livekit.namespace + "/pods",
                list -> list.path("items").size() == 3).path("items");
    }

    private int replicaSets() {
        return livekit.api.get("/apis/apps/v1/namespaces/" + livekit.namespace + "/replicasets").path("items").size();
    }

    private static Delivered read(KubernetesTarget target) {
        try {
            return target.read();
        } catch (DeliveryException e) {
            throw new AssertionError(e);
        }
    }

    private static String content(JsonNode secret, String entry) throws IOException {
        return new String(secret.path("data").path(entry).binaryValue(), StandardCharsets.UTF_8);
    }

    private void assertConflict(Executable call) {
        var conflict = assertThrows(DeliveryConflictException.class, call);
        assertEquals("secret livekit-keys in namespace " + livekit.namespace
                + " is not what it was: someone else changed it first", conflict.getMessage());
    }
}
