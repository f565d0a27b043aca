package dev.keyturn.vault;

import dev.keyturn.vault.VaultException.Kind;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.api.secrets.kv2.VaultSecretsKV2;
import io.quarkus.vault.client.api.secrets.kv2.VaultSecretsKV2ReadSecretData;
import io.quarkus.vault.client.api.secrets.kv2.VaultSecretsKV2UpdateSecretOptions;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * One secret of Vault's KV v2 engine. Every call asks Vault and waits: never call it on an event loop.
 *
 * <p>Everything that a call throws is caught: the client lets even a NullPointerException out when a connection is
 * dropped, and its texts may quote a secret. {@link VaultFault} makes a sentence of it.
 *
 * <p>One object serves through any outage; what failed is simply tried again by the next call.
 */
final class VaultSecret {

    private static final Logger LOG = Logger.getLogger(VaultSecret.class);

    private final VaultClient client;
    private final VaultPlace place;
    private final Duration timeout;

    /** @param timeout for one read or write with all that the client does for it */
    VaultSecret(VaultClient client, VaultPlace place, Duration timeout) {
        this.client = client;
        this.place = place;
        this.timeout = timeout;
    }

    /**
     * The client is made when it is first asked for, and only then finds out that it lacks an address or a login.
     *
     * @param setting that asks for Vault
     * @throws ConfigurationException if Vault's address or the login is not configured; the message says what to set
     */
    static VaultClient configured(Instance<VaultClient> client, String setting) {
        try {
            return client.get();
        } catch (RuntimeException e) {
            throw new ConfigurationException(setting + " is vault, but Vault is not configured:"
                    + " set quarkus.vault.url and one login under quarkus.vault.authentication"
                    + " (client-token, app-role, kubernetes)");
        }
    }

    /**
     * What Vault holds.
     *
     * @param version Vault's number; 0 where nothing was ever stored
     * @param data    empty where nothing was ever stored, and where this version was deleted or destroyed
     * @param written when this version was, by Vault's clock; {@link Instant#EPOCH} where there is no data
     */
    record Held(int version, Optional<Map<String, Object>> data, Instant written) {

        private static Held nothing(int version) {
            return new Held(version, Optional.empty(), Instant.EPOCH);
        }
    }

    Held read() throws VaultException {
        return read(() -> kv().readSecret(place.path()));
    }

    /** As {@link #read()}, of this version, which need not be the latest. */
    Held read(int version) throws VaultException {
        return version == 0 ? Held.nothing(0) : read(() -> kv().readSecret(place.path(), version));
    }

    private Held read(Supplier<CompletionStage<VaultSecretsKV2ReadSecretData>> call) throws VaultException {
        VaultSecretsKV2ReadSecretData secret;
        try {
            secret = await(call, timeout);
        } catch (Throwable e) {
            var fault = fault(e);
            if (fault.nothingThere()) {
                return Held.nothing(fault.withdrawnVersion());
            }
            throw fault.of("data", "read");
        }
        var metadata = secret == null ? null : secret.getMetadata();
        if (metadata == null || secret.getData() == null || metadata.getVersion() == null
                || metadata.getCreatedTime() == null) {
            throw new VaultException(Kind.BROKEN, place.notVersioned());
        }
        return new Held(metadata.getVersion(), Optional.of(secret.getData()), metadata.getCreatedTime().toInstant());
    }

    /**
     * Stores {@code data} as version {@code replaced + 1}, which the answer does not say. The first version makes
     * check-and-set required, if the policy lets it.
     *
     * @param replaced the version that is the latest, deleted or not; 0 where nothing was ever stored
     */
    void write(Map<String, Object> data, int replaced) throws VaultException {
        var started = System.nanoTime();
        try {
            var options = new VaultSecretsKV2UpdateSecretOptions().setCas(replaced);
            await(() -> kv().updateSecret(place.path(), options, data), timeout);
        } catch (Throwable e) {
            throw fault(e).ofWriting(replaced);
        }
        if (replaced == 0) {
            requireCas(timeout.minusNanos(System.nanoTime() - started));
        }
    }

    /** It is stored by now: whatever comes of this is advice. Who prepared the place (k8s/vault/setup) has done it. */
    private void requireCas(Duration left) {
        if (requiresCas(left)) {
            return;
        }
        try {
            await(() -> kv().updateSecretMetadata(place.path(), null, true, null, null), left);
        } catch (Throwable e) {
            LOG.infof("The %s is stored, but %s does not require check-and-set,"
                    + " so that a 'vault kv put' could overwrite it."
                    + " Someone who may should run: vault kv metadata put -mount=%s -cas-required=true %s",
                    place.what(), place, place.mount(), place.path());
        }
    }

    private boolean requiresCas(Duration left) {
        try {
            return Boolean.TRUE.equals(await(() -> kv().readSecretMetadata(place.path()), left).isCasRequired());
        } catch (Throwable e) {
            return false; // as far as one can see
        }
    }

    /**
     * Destroys every version before {@code current}, deleted ones too, which can be undeleted until then.
     *
     * @return how many there were
     */
    int destroyEarlier(int current) throws VaultException {
        if (current == 0) {
            return 0;
        }
        List<Integer> earlier;
        try {
            earlier = await(() -> kv().readSecretMetadata(place.path()), timeout).getVersions().entrySet().stream()
                    .filter(version -> !version.getValue().isDestroyed())
                    .map(version -> Integer.valueOf(version.getKey()))
                    .filter(version -> version < current)
                    .sorted().toList();
        } catch (Throwable e) {
            var fault = fault(e);
            if (fault.nothingThere()) {
                return 0;
            }
            throw fault.of("metadata", "read");
        }
        if (earlier.isEmpty()) {
            return 0;
        }
        try {
            await(() -> kv().destroySecretVersions(place.path(), earlier), timeout);
        } catch (Throwable e) {
            throw fault(e).of("destroy", "update");
        }
        return earlier.size();
    }

    private VaultFault fault(Throwable thrown) {
        return new VaultFault(thrown, place, timeout);
    }

    private VaultSecretsKV2 kv() {
        return client.secrets().kv2(place.mount());
    }

    /** The client's own time limits are for each request; logging in, renewing and asking again are several. */
    private static <T> T await(Supplier<CompletionStage<T>> call, Duration atMost) throws Exception {
        return call.get().toCompletableFuture().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }
}
