package dev.keyturn;

import dev.keyturn.doctor.Checkup;
import dev.keyturn.doctor.Doctor;
import dev.keyturn.doctor.Finding;
import dev.keyturn.doctor.KeyFileCheckup;
import dev.keyturn.doctor.KeyLines;
import dev.keyturn.doctor.RingCheckup;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.policy.Policy;
import dev.keyturn.policy.PolicyException;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.KeyFileTarget;
import dev.keyturn.rotation.RotationConfig;
import dev.keyturn.rotation.RotationConfig.Target;
import dev.keyturn.tokens.PolicyConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the doctor knows by Keyturn's own settings: ring, key file, policy, and what other rooms look at. There may be
 * none of it. What cannot be read is no failure of the command but a line of its table.
 */
@Singleton
class DoctorSources {

    private final Instance<KeyRingStore> store;
    private final Instance<KeyFileTarget> target;
    private final Instance<Checkup> checkups;
    private final RotationConfig rotation;
    private final PolicyConfig policy;
    private final Clock clock;

    DoctorSources(Instance<KeyRingStore> store, Instance<KeyFileTarget> target, Instance<Checkup> checkups,
            RotationConfig rotation, PolicyConfig policy, Clock clock) {
        this.store = store;
        this.target = target;
        this.checkups = checkups;
        this.rotation = rotation;
        this.policy = policy;
        this.clock = clock;
    }

    /** The ring; what is to be said of it, or why there is none, goes to {@code said}. */
    Optional<KeyRing> ring(Consumer<Checkup> said) {
        try {
            var stored = store.get().read();
            said.accept(stored.<Checkup>map(held -> new RingCheckup(store.get().describe(), held, rotation.period(),
                    rotation.lateAfter(), clock.instant()))
                    .orElseGet(() -> Doctor.said(Finding.unseen("ring", "there is none in " + store.get().describe(),
                            "If Keyturn is there already, give the doctor its settings (keyturn.ring.store); if not,"
                                    + " 'keyturn init --import keys.yaml' makes one of LiveKit's key file."))));
            return stored.map(KeyRingStore.Stored::ring);
        } catch (KeyRingStoreException e) {
            said.accept(Doctor.said(Finding.fault("ring", e.getMessage(),
                    "Mend that: no replica that starts now gets its keys.")));
        } catch (ConfigurationException e) {
            said.accept(Doctor.said(Finding.unseen("ring", e.getMessage(), "Give the doctor Keyturn's settings.")));
        }
        return Optional.empty();
    }

    /** Whether Keyturn delivers LiveKit's key file somewhere. */
    boolean delivers() {
        return rotation.target().filter(name -> name != Target.NONE).isPresent();
    }

    /** What it delivered; what is to be said of it goes to {@code said}. */
    Optional<KeyLines> delivered(Optional<KeyRing> ring, Consumer<Checkup> said) {
        try {
            var lines = target.get().read().file().map(file -> KeyLines.of(file, clock.instant()));
            said.accept(lines.<Checkup>map(file -> new KeyFileCheckup("key file in " + target.get().describe(), file,
                    Optional.empty(), ring, true)).orElseGet(() -> Doctor.said(Finding.warning("key file",
                    "there is none in " + target.get().describe(), "Run 'keyturn rotate', which delivers it."))));
            return lines;
        } catch (DeliveryException e) {
            said.accept(Doctor.said(Finding.fault("key file", e.getMessage(), "Mend that, and look again.")));
        } catch (ConfigurationException e) {
            said.accept(Doctor.said(Finding.unseen("key file", e.getMessage(), "Give the doctor Keyturn's settings.")));
        }
        return Optional.empty();
    }

    /** Those of rooms that look at what is theirs: Vault. */
    Iterable<Checkup> others() {
        return checkups;
    }

    /**
     * @param named a file that wins over the configured one
     * @throws PolicyException          if it has mistakes
     * @throws IllegalArgumentException if it cannot be read
     */
    Optional<Policy> policy(Optional<Path> named) throws PolicyException {
        var file = named.or(policy::file);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            var hashKey = policy.hashKey().map(key -> key.getBytes(StandardCharsets.UTF_8)).orElse(new byte[0]);
            return Optional.of(Policy.read(file.get().toString(), Files.readString(file.get()), hashKey));
        } catch (IOException e) {
            throw new IllegalArgumentException(file.get() + " cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }
}
