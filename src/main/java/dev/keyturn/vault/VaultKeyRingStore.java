package dev.keyturn.vault;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import io.quarkus.arc.lookup.LookupIfProperty;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vault.client.VaultClient;
import io.quarkus.vault.client.api.secrets.kv2.VaultSecretsKV2;
import io.quarkus.vault.client.api.secrets.kv2.VaultSecretsKV2ReadSecretData;
import io.quarkus.vault.client.api.secrets.kv2.VaultSecretsKV2UpdateSecretOptions;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The ring as one secret of Vault's KV v2 engine. Every call asks Vault and waits: never call it on an event loop.
 *
 * <p>Everything that a call throws is caught: the client lets even a NullPointerException out when a connection is
 * dropped, and its texts may quote a secret. {@link VaultFault} makes a sentence of it.
 *
 * <p>One object serves through any outage; what failed is simply tried again by the next call.
 */
@Singleton
@LookupIfProperty(name = "keyturn.ring.store", stringValue = "vault")
public class VaultKeyRingStore implements KeyRingStore {

    private static final Logger LOG = Logger.getLogger(VaultKeyRingStore.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final VaultClient client;
    private final String path;
    private final Duration timeout;
    private final VaultPlace place;

    /**
     * @throws ConfigurationException if Vault's address or the login is not configured; the message says what to set
     */
    @Inject
    VaultKeyRingStore(Instance<VaultClient> client, VaultRingConfig config) {
        this(configured(client), config.mount(), config.path(), config.timeout());
    }

    /**
     * @param path    within the engine at {@code mount}
     * @param timeout for one read or write with all that the client does for it
     */
    public VaultKeyRingStore(VaultClient client, String mount, String path, Duration timeout) {
        this.client = client;
        this.path = path;
        this.timeout = timeout;
        this.place = new VaultPlace(client.getBaseUrl(), mount, path);
    }

    /** The client is made when it is first asked for, and only then finds out that it lacks an address or a login. */
    private static VaultClient configured(Instance<VaultClient> client) {
        try {
            return client.get();
        } catch (RuntimeException e) {
            throw new ConfigurationException("keyturn.ring.store is vault, but Vault is not configured:"
                    + " set quarkus.vault.url and one login under quarkus.vault.authentication"
                    + " (client-token, app-role, kubernetes)");
        }
    }

    @Override
    public Optional<Stored> read() throws KeyRingStoreException {
        VaultSecretsKV2ReadSecretData secret;
        try {
            secret = await(() -> kv().readSecret(path), timeout);
        } catch (Throwable e) {
            var fault = new VaultFault(e, place, timeout);
            if (fault.nothingThere()) {
                return Optional.empty();
            }
            throw fault.ofReading();
        }
        if (secret == null || secret.getData() == null || secret.getMetadata() == null
                || secret.getMetadata().getVersion() == null) {
            throw place.notVersioned();
        }
        var document = JSON.<JsonNode>valueToTree(secret.getData());
        var ring = KeyRingDocument.read(place.toString(), document);
        return Optional.of(new Stored(ring, secret.getMetadata().getVersion()));
    }

    @Override
    public Stored write(KeyRing ring, Stored replaced) throws KeyRingStoreException {
        var revision = replaced == null ? 0 : Math.toIntExact(replaced.revision());
        var options = new VaultSecretsKV2UpdateSecretOptions().setCas(revision);
        var data = JSON.convertValue(KeyRingDocument.write(ring), OBJECT);
        var started = System.nanoTime();
        try {
            await(() -> kv().updateSecret(path, options, data), timeout);
        } catch (Throwable e) {
            throw new VaultFault(e, place, timeout).ofWriting(revision);
        }
        if (replaced == null) {
            requireCas(timeout.minusNanos(System.nanoTime() - started));
        }
        return new Stored(ring, revision + 1); // a write with cas = n makes version n + 1; the answer does not say it
    }

    @Override
    public String describe() {
        return place.toString();
    }

    /** The ring is stored by now: whatever comes of this is advice. */
    private void requireCas(Duration left) {
        try {
            await(() -> kv().updateSecretMetadata(path, null, true, null, null), left);
        } catch (Throwable e) {
            LOG.infof("The ring is stored, but %s does not require check-and-set,"
                    + " so that a 'vault kv put' could overwrite it."
                    + " Someone who may should run: vault kv metadata put -mount=%s -cas-required=true %s",
                    place, place.mount(), path);
        }
    }

    private VaultSecretsKV2 kv() {
        return client.secrets().kv2(place.mount());
    }

    /** The client's own time limits are for each request; logging in, renewing and asking again are several. */
    private static <T> T await(Supplier<CompletionStage<T>> call, Duration atMost) throws Exception {
        return call.get().toCompletableFuture().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }
}
