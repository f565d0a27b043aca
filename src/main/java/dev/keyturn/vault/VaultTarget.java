package dev.keyturn.vault;

import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.DeliveryException.Kind;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.KeyFileTarget;
import dev.keyturn.vault.VaultSecret.Held;
import io.quarkus.arc.lookup.LookupIfProperty;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.vault.client.VaultClient;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The key file as one field of a {@link VaultSecret}. Vault Agent, External Secrets or the Vault Secrets Operator takes
 * it from there to LiveKit and restarts LiveKit: that is their business, so a restart is never due here.
 *
 * <p>The revision is the secret's version. One that was deleted or destroyed is no key file, and is replaced: unlike
 * the ring, the file can be made anew at any time.
 */
@Singleton
@LookupIfProperty(name = "keyturn.rotation.target", stringValue = "vault")
public class VaultTarget implements KeyFileTarget {

    private final VaultPlace place;
    private final VaultSecret secret;
    private final String entry;

    /**
     * @throws ConfigurationException if Vault's address or the login is not configured; the message says what to set
     */
    @Inject
    VaultTarget(Instance<VaultClient> client, VaultTargetConfig config) {
        this(VaultSecret.configured(client, "keyturn.rotation.target"), config.mount(), config.path(), config.entry(),
                config.timeout());
    }

    /**
     * @param path    within the engine at {@code mount}
     * @param entry   the field that holds the key file
     * @param timeout for one read or write with all that the client does for it
     */
    public VaultTarget(VaultClient client, String mount, String path, String entry, Duration timeout) {
        this.place = new VaultPlace(client.getBaseUrl(), mount, path, "key file", "keyturn.rotation.vault");
        this.secret = new VaultSecret(client, place, timeout);
        this.entry = entry;
    }

    @Override
    public Delivered read() throws DeliveryException {
        try {
            var held = secret.read();
            if (held.version() == 0) {
                return Delivered.NOTHING;
            }
            var file = file(held);
            return new Delivered(file, Integer.toString(held.version()),
                    file.isPresent() ? held.written() : Instant.EPOCH, Restart.DONE, "");
        } catch (VaultException e) {
            throw e.ofDelivery();
        }
    }

    private Optional<KeyFile> file(Held held) throws DeliveryException {
        var value = held.data().map(data -> data.get(entry));
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!(value.get() instanceof String text)) {
            throw foreign("it is not text");
        }
        try {
            return Optional.of(KeyFile.lookAt(text));
        } catch (IllegalArgumentException e) {
            throw foreign(e.getMessage());
        }
    }

    private DeliveryException foreign(String why) {
        return new DeliveryException(Kind.FOREIGN, place + ": its field " + entry + " is not LiveKit's key file, and is"
                + " not overwritten: " + why + ". Take that field away, or set keyturn.rotation.vault.path or .entry");
    }

    /** Others' fields of the secret are kept: read in the very version that is replaced. */
    @Override
    public void deliver(KeyFile file, Delivered replaced) throws DeliveryException {
        var version = version(replaced);
        try {
            var data = new HashMap<>(secret.read(version).data().orElse(Map.of()));
            data.put(entry, file.text());
            secret.write(data, version);
        } catch (VaultException e) {
            throw e.ofDelivery();
        }
    }

    /** Whoever carries the file to LiveKit restarts it. */
    @Override
    public void restart(Delivered delivered) {}

    @Override
    public int destroyEarlier(Delivered current) throws DeliveryException {
        try {
            return secret.destroyEarlier(version(current));
        } catch (VaultException e) {
            throw e.ofDelivery();
        }
    }

    private static int version(Delivered delivered) {
        return delivered.revision().isEmpty() ? 0 : Integer.parseInt(delivered.revision());
    }

    @Override
    public String describe() {
        return place.toString();
    }
}
