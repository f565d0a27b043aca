package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.servers.FaultyProxy;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A workload's JWT through the client's Kubernetes login, pointed at Vault's {@code jwt} auth method. */
@NeedsServer(ServerBinary.VAULT)
@QuarkusTest
@WithTestResource(value = VaultResource.class, initArgs = @ResourceArg(name = "login", value = "jwt"))
class JwtFromConfigurationIT {

    @Inject
    Instance<KeyRingStore> stores;

    FaultyProxy proxy;

    @Test
    void the_jwt_file_is_all_the_login_there_is() throws Exception {
        var stored = stores.get().write(Rings.first(), null);

        assertEquals(Optional.of(stored), Rings.read(stores.get()));
        assertEquals("POST /v1/auth/jwt/login", proxy.requests().get(0));
    }
}
