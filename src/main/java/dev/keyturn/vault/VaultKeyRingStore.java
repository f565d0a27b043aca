package dev.keyturn.vault;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyRingStoreException.Kind;
import io.quarkus.arc.lookup.LookupIfProperty;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vault.client.VaultClient;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The ring as one {@link VaultSecret}, whose data is the ring's document and whose version is the revision. */
@Singleton
@LookupIfProperty(name = "keyturn.ring.store", stringValue = "vault")
public class VaultKeyRingStore implements KeyRingStore {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final VaultPlace place;
    private final VaultSecret secret;

    /**
     * @throws ConfigurationException if Vault's address or the login is not configured; the message says what to set
     */
    @Inject
    VaultKeyRingStore(Instance<VaultClient> client, VaultRingConfig config) {
        this(VaultSecret.configured(client, "keyturn.ring.store"), config.mount(), config.path(), config.timeout());
    }

    /**
     * @param path    within the engine at {@code mount}
     * @param timeout for one read or write with all that the client does for it
     */
    public VaultKeyRingStore(VaultClient client, String mount, String path, Duration timeout) {
        place = new VaultPlace(client.getBaseUrl(), mount, path, "ring", "keyturn.ring.vault");
        secret = new VaultSecret(client, place, timeout);
    }

    @Override
    public Optional<Stored> read() throws KeyRingStoreException {
        try {
            var held = secret.read();
            if (held.version() == 0) {
                return Optional.empty();
            }
            var data = held.data().orElseThrow(() ->
                    new KeyRingStoreException(Kind.BROKEN, place.withdrawn(held.version())));
            var ring = KeyRingDocument.read(place.toString(), JSON.<JsonNode>valueToTree(data));
            return Optional.of(new Stored(ring, held.version(), Optional.of(held.written())));
        } catch (VaultException e) {
            throw e.ofRing();
        }
    }

    @Override
    public Stored write(KeyRing ring, Stored replaced) throws KeyRingStoreException {
        var version = replaced == null ? 0 : Math.toIntExact(replaced.revision());
        try {
            secret.write(JSON.convertValue(KeyRingDocument.write(ring), OBJECT), version);
        } catch (VaultException e) {
            throw e.ofRing();
        }
        return new Stored(ring, version + 1);
    }

    @Override
    public int destroyEarlier(Stored current) throws KeyRingStoreException {
        try {
            return secret.destroyEarlier(Math.toIntExact(current.revision()));
        } catch (VaultException e) {
            throw e.ofRing();
        }
    }

    @Override
    public String describe() {
        return place.toString();
    }
}
