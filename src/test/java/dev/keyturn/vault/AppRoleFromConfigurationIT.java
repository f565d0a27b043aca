package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.rotation.KeyFileTarget;
import dev.keyturn.servers.FaultyProxy;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultResource;
import dev.keyturn.servers.VaultServer;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The store as the program has it: nothing but configuration, and a login that may do just what the policy says. */
@NeedsServer(ServerBinary.VAULT)
@QuarkusTest
@WithTestResource(VaultResource.class)
class AppRoleFromConfigurationIT {

    @Inject
    Instance<KeyRingStore> stores;

    @Inject
    Instance<KeyFileTarget> targets;

    FaultyProxy proxy;
    VaultServer vault;

    @Test
    void the_store_is_vault_and_the_start_logs_in_and_asks_it_once() throws Exception {
        var store = stores.get();
        assertEquals("secret/keyturn/ring in Vault at " + proxy.url(), store.describe());
        assertEquals(List.of("POST /v1/auth/approle/login", "GET /v1/secret/data/keyturn/ring"),
                proxy.requests().subList(0, 2));

        assertEquals(Optional.empty(), store.read());
        var stored = store.write(Rings.first(), null);

        assertEquals(Optional.of(stored), Rings.read(store));
        assertTrue(vault.api().get("secret/metadata/keyturn/ring").at("/data/cas_required").booleanValue());
    }

    @Test
    void the_target_is_vault_when_it_is_asked_for_and_the_same_login_delivers() throws Exception {
        System.setProperty("keyturn.rotation.target", "vault");
        try {
            var target = targets.select(VaultTarget.class).get(); // chosen now, not when it was injected
            assertEquals("secret/keyturn/livekit in Vault at " + proxy.url(), target.describe());

            target.deliver(Rings.keyFile(), target.read());

            assertEquals(Optional.of(Rings.keyFile()), target.read().file());
        } finally {
            System.clearProperty("keyturn.rotation.target");
        }
    }
}
