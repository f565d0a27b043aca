package dev.keyturn.rotation;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import java.time.Instant;
import java.util.Optional;

/**
 * All that the plan looks at.
 *
 * @param now       by our clock
 * @param ring      as it is stored
 * @param written   when that ring was stored, by the store's clock; empty if the store does not say
 * @param delivered what the target holds, seen before the ring was read; empty where nobody can look
 * @param asked     whether a turn is asked for before its time
 * @param proof     what the nodes said, if they were asked
 */
record Situation(Instant now, KeyRing ring, Optional<Instant> written, Optional<Delivered> delivered, boolean asked,
        Optional<Proof> proof) {

    Situation with(Proof proof, Instant now) {
        return new Situation(now, ring, written, delivered, asked, Optional.of(proof));
    }

    Optional<SigningKey> staged() {
        return ring.in(KeyState.STAGED).stream().findFirst();
    }

    /** When a key came into its state, or later: whoever moved it may have slept between looking and writing. */
    Instant since(SigningKey key) {
        return written.filter(key.since()::isBefore).orElse(key.since());
    }

    boolean deliveredLacks(ApiKey key) {
        return delivered.flatMap(Delivered::file).map(file -> !file.pairs().containsKey(key)).orElse(false);
    }
}
