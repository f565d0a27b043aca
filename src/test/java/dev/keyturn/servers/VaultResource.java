package dev.keyturn.servers;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager.TestInjector.MatchesType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A real Vault for a Quarkus test, behind a {@link FaultyProxy}; the program may do with the ring at
 * {@value #PATH}, and with the key file, what the rotator may. Fields of the test of type {@link VaultServer} and
 * {@link FaultyProxy} are set.
 *
 * <p>{@code @WithTestResource(VaultResource.class)} logs in with an AppRole; the argument {@code login} may say
 * {@code jwt} instead. No ring is stored there yet.
 */
public final class VaultResource implements QuarkusTestResourceLifecycleManager {

    public static final String MOUNT = "secret";
    public static final String PATH = "keyturn/ring";

    private String login = "app-role";
    private VaultServer vault;
    private FaultyProxy proxy;
    private Path jwt;

    @Override
    public void init(Map<String, String> arguments) {
        login = arguments.getOrDefault("login", login);
    }

    @Override
    public Map<String, String> start() {
        vault = VaultServer.dev(); // of its own: its root token and its faults concern no other test
        proxy = FaultyProxy.before(vault.url());
        vault.api().policy("keyturn-rotator", VaultPolicies.ROTATOR);
        vault.api().prepare(PATH, "keyturn/livekit");
        var config = new HashMap<>(login.equals("jwt") ? jwt() : appRole());
        config.put("quarkus.vault.url", proxy.url());
        for (var limit : List.of("quarkus.vault.connect-timeout", "quarkus.vault.read-timeout",
                "keyturn.ring.vault.timeout", "keyturn.rotation.vault.timeout")) {
            config.put(limit, "20s"); // long enough for a busy machine
        }
        config.put("keyturn.ring.store", "vault");
        config.put("keyturn.ring.vault.mount", MOUNT);
        config.put("keyturn.ring.vault.path", PATH);
        return config;
    }

    private Map<String, String> appRole() {
        var role = vault.api().appRole("keyturn", Duration.ofHours(1), Duration.ofHours(4), "keyturn-rotator");
        return Map.of(
                "quarkus.vault.authentication.app-role.role-id", role.roleId(),
                "quarkus.vault.authentication.app-role.secret-id", role.secretId());
    }

    private Map<String, String> jwt() {
        var issuer = new WorkloadIssuer();
        vault.api().jwtRole("keyturn", issuer, Duration.ofHours(1), "keyturn-rotator");
        try {
            jwt = Files.createTempFile("keyturn-", ".jwt");
            Files.writeString(jwt, issuer.token("system:serviceaccount:keyturn:keyturn", "vault"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of(
                "quarkus.vault.authentication.kubernetes.auth-mount-path", "jwt",
                "quarkus.vault.authentication.kubernetes.role", "keyturn",
                "quarkus.vault.authentication.kubernetes.jwt-token-path", jwt.toString(),
                // that file is read even where Vault speaks no TLS
                "quarkus.vault.tls.use-kubernetes-ca-cert", "false");
    }

    @Override
    public void inject(TestInjector test) {
        test.injectIntoFields(vault, new MatchesType(VaultServer.class));
        test.injectIntoFields(proxy, new MatchesType(FaultyProxy.class));
    }

    @Override
    public void stop() {
        if (proxy != null) {
            proxy.close();
        }
        if (vault != null) {
            vault.stop();
        }
        if (jwt != null) {
            jwt.toFile().delete();
        }
    }
}
