package dev.keyturn.keys;

import io.quarkus.arc.Unremovable;
import io.quarkus.arc.lookup.LookupIfProperty;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Optional;

/** LiveKit's public development key, so that {@code livekit-server --dev} works at once. Never in production. */
@Singleton
@Unremovable
@LookupIfProperty(name = "keyturn.ring.store", stringValue = "development")
public final class DevelopmentRing implements KeyRingStore {

    static final ApiKey KEY = new ApiKey("devkey");

    @Override
    public Optional<Stored> read() {
        var pair = SigningKey.staged(KEY, ApiSecret.development(), Instant.EPOCH);
        return Optional.of(new Stored(KeyRing.first(pair, Instant.EPOCH), 1));
    }

    @Override
    public Stored write(KeyRing ring, Stored replaced) throws KeyRingStoreException {
        throw new KeyRingStoreException(KeyRingStoreException.Kind.DENIED,
                "LiveKit's development key cannot be replaced: set keyturn.ring.store to file or vault");
    }

    @Override
    public String describe() {
        return "LiveKit's development key";
    }
}
