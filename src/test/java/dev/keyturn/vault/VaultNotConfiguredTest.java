package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.rotation.KeyFileTarget;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The program runs without Vault; the choice of the store is made at run time, not when it is built. */
@QuarkusTest
class VaultNotConfiguredTest {

    private static final String STORE = "keyturn.ring.store";
    private static final String TARGET = "keyturn.rotation.target";

    @Inject
    Instance<KeyRingStore> stores;

    @Inject
    Instance<KeyFileTarget> targets;

    @AfterEach
    void forget() {
        System.clearProperty(STORE);
        System.clearProperty(TARGET);
    }

    @Test
    void another_store_needs_no_vault() {
        System.setProperty(STORE, "file");

        assertEquals(0, stores.stream().filter(VaultKeyRingStore.class::isInstance).count());
    }

    @Test
    void the_vault_store_without_an_address_says_what_to_set() {
        System.setProperty(STORE, "vault");

        var failure = assertThrows(ConfigurationException.class, () -> stores.select(VaultKeyRingStore.class).get());

        assertEquals("keyturn.ring.store is vault, but Vault is not configured:"
                + " set quarkus.vault.url and one login under quarkus.vault.authentication"
                + " (client-token, app-role, kubernetes)", failure.getMessage());
    }

    @Test
    void the_vault_target_is_there_only_when_it_is_asked_for_and_says_what_to_set() {
        assertEquals(0, targets.stream().filter(VaultTarget.class::isInstance).count());
        System.setProperty(TARGET, "vault");

        var failure = assertThrows(ConfigurationException.class, () -> targets.select(VaultTarget.class).get());

        assertTrue(failure.getMessage().startsWith("keyturn.rotation.target is vault, but Vault is not configured:"),
                failure.getMessage());
    }
}
