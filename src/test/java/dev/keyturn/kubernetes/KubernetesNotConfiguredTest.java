package dev.keyturn.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keyturn.rotation.KeyFileTarget;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The program runs without Kubernetes; the choice of the target is made at run time, not when it is built. */
@QuarkusTest
class KubernetesNotConfiguredTest {

    private static final String TARGET = "keyturn.rotation.target";

    @Inject
    Instance<KeyFileTarget> targets;

    @AfterEach
    void forget() {
        System.clearProperty(TARGET);
    }

    @Test
    void another_target_needs_no_kubernetes() {
        System.setProperty(TARGET, "none");

        assertEquals(0, targets.stream().filter(KubernetesTarget.class::isInstance).count());
    }

    @Test
    void the_kubernetes_target_outside_of_a_pod_says_what_to_set() {
        System.setProperty(TARGET, "kubernetes");

        var failure = assertThrows(
                ConfigurationException.class, () -> targets.select(KubernetesTarget.class).get());

        assertEquals("keyturn.rotation.target is kubernetes, but keyturn.rotation.kubernetes.api-url is not set, and"
                + " nothing tells it: see docs/kubernetes-target.md", failure.getMessage());
    }
}
