package dev.keyturn.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Roles that are shipped, as they are: enough, and nothing in them that is not needed. */
@NeedsServer({ServerBinary.ETCD, ServerBinary.KUBE_APISERVER, ServerBinary.KUBE_CONTROLLER_MANAGER,
    ServerBinary.KUBE_SCHEDULER, ServerBinary.KWOK})
class KubernetesRightsIT {

    private static final KeyFile FILE = KeyFile.of(TestKeys.ring("APIone"), TestClock.START);

    @TempDir
    static Path folder;

    private static LiveKitInCluster livekit;
    private static KubernetesTarget target;

    @BeforeAll
    static void deploy() {
        livekit = new LiveKitInCluster("livekit", folder); // the namespace that the files name
        target = livekit.settings().build();
    }

    @BeforeEach
    void deliver() throws DeliveryException {
        if (target.read().equals(Delivered.NOTHING)) {
            target.deliver(FILE, Delivered.NOTHING);
        }
    }

    @AfterEach
    void giveBack() {
        apply(LiveKitInCluster.ROLE, "", "");
        apply(LiveKitInCluster.CREATE_ROLE, "", "");
        for (var right : new String[] {"get secrets", "patch secrets", "create secrets"}) {
            await(right, true);
        }
        await("get deployments", true);
        await("patch deployments", true);
    }

    @Test
    void the_shipped_roles_are_enough() throws Exception {
        livekit.api.delete(livekit.secretPath());
        target.deliver(FILE, target.read());
        var seen = target.read();
        target.deliver(FILE, seen);
        target.restart(target.read());

        assertEquals(Optional.of(FILE), target.read().file());
    }

    @Test
    void they_give_no_right_to_any_other_secret_or_workload() {
        for (var verb : new String[] {"get", "patch", "update", "delete", "list", "watch"}) {
            livekit.awaitRight(verb, "", "secrets", "another", false);
            livekit.awaitRight(verb, "apps", "deployments", "another", false);
        }
        for (var verb : new String[] {"update", "delete", "list", "watch"}) {
            livekit.awaitRight(verb, "", "secrets", "livekit-keys", false);
            livekit.awaitRight(verb, "apps", "deployments", "livekit-server", false);
        }
    }

    @Test
    void without_the_right_to_create_a_secret_that_is_there_is_replaced_all_the_same() throws Exception {
        apply(LiveKitInCluster.CREATE_ROLE, "verbs: [create]", "verbs: [nothing]");
        await("create secrets", false);

        target.deliver(FILE, target.read());
        target.restart(target.read());
    }

    @Test
    void without_the_right_to_create_a_missing_secret_is_not_made_and_the_rule_is_named() {
        livekit.api.delete(livekit.secretPath());
        apply(LiveKitInCluster.CREATE_ROLE, "verbs: [create]", "verbs: [nothing]");
        await("create secrets", false);

        assertForbidden("secret livekit-keys", "{apiGroups: [\"\"], resources: [secrets], verbs: [create]}");
    }

    @ParameterizedTest
    @CsvSource({
        "get,   secrets,     secret livekit-keys,       livekit-keys,   ''",
        "patch, secrets,     secret livekit-keys,       livekit-keys,   ''",
        "get,   deployments, deployment livekit-server, livekit-server, apps",
        "patch, deployments, deployment livekit-server, livekit-server, apps"})
    void without_any_one_right_the_rule_that_lacks_is_named(
            String verb, String resource, String object, String name, String group) {
        var rule = "resources: [" + resource + "]\n    resourceNames: [" + name + "]\n    verbs: ";
        var other = verb.equals("get") ? "patch" : "get";
        apply(LiveKitInCluster.ROLE, rule + "[get, patch]", rule + "[" + other + "]");
        await(verb + " " + resource, false);

        assertForbidden(object, "{apiGroups: [\"" + group + "\"], resources: [" + resource + "], resourceNames: ["
                + name + "], verbs: [" + verb + "]}");
    }

    /** What was delivered before the restart was forbidden is seen once it is allowed. */
    @Test
    void a_restart_that_was_forbidden_is_due() throws Exception {
        var rule = "resources: [deployments]\n    resourceNames: [livekit-server]\n    verbs: ";
        apply(LiveKitInCluster.ROLE, rule + "[get, patch]", rule + "[get]");
        await("patch deployments", false);
        var next = KeyFile.of(TestKeys.ring("APItwo"), TestClock.START.plusSeconds(1));
        var seen = target.read();
        assertThrows(DeliveryException.class, () -> target.deliver(next, seen));

        assertEquals(Optional.of(next), target.read().file());
        assertEquals(Restart.DUE, target.read().restart());
        var denied = assertThrows(DeliveryException.class, () -> target.restart(target.read()));
        assertEquals(DeliveryException.Kind.DENIED, denied.kind());
    }

    private void assertForbidden(String object, String rule) {
        var failure = assertThrows(DeliveryException.class, () -> target.deliver(FILE, target.read()));
        assertEquals(DeliveryException.Kind.DENIED, failure.kind());
        assertEquals(object + " in namespace livekit: Kubernetes forbids it: a Role in namespace livekit has to have"
                + " the rule " + rule + ", and a RoleBinding has to give it to Keyturn's service account",
                failure.getMessage());
    }

    private static void apply(Path role, String replaced, String by) {
        livekit.api.apply("", livekit.here(role).replace(replaced, by));
    }

    private static void await(String right, boolean allowed) {
        var words = right.split(" ");
        var isSecret = words[1].equals("secrets");
        livekit.awaitRight(words[0], isSecret ? "" : "apps", words[1],
                isSecret ? "livekit-keys" : "livekit-server", allowed);
    }
}
