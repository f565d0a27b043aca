package dev.keyturn.rotation;

import dev.keyturn.keys.KeyRing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How things stand, for whoever looks.
 *
 * @param at           when
 * @param ring         as it is stored
 * @param store        where that is
 * @param written      when it was stored, if the store says so
 * @param target       where the key file is delivered; empty where the operator does that
 * @param delivered    what is there; empty without a target, or if it could not be looked at
 * @param nodes        what each node says to each key; empty if they could not be asked
 * @param hold         how long a retired key is held
 * @param next         what comes next, as a run would find it now
 * @param problems     what could not be looked at, and why
 */
public record Status(
        Instant at,
        KeyRing ring,
        String store,
        Optional<Instant> written,
        Optional<String> target,
        Optional<Delivered> delivered,
        List<NodeAnswer> nodes,
        Duration hold,
        Outcome next,
        List<String> problems) {

    /** Whether the delivered file has the keys of the ring, in whatever order. */
    public boolean isDelivered() {
        return delivered.flatMap(Delivered::file)
                .filter(file -> file.pairs().equals(KeyFile.of(ring, at).pairs())).isPresent();
    }
}
