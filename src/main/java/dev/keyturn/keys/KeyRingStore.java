package dev.keyturn.keys;

import java.time.Instant;
import java.util.Optional;

/** Where the ring lives: one document, replaced as a whole, and only by someone who has seen what it replaces. */
public interface KeyRingStore {

    /**
     * Reads the ring; may wait for a disk or a network, but not longer than the store's own time limit.
     *
     * @return the ring, or nothing where none was ever stored
     * @throws KeyRingStoreException if the store cannot be read, or what it holds is not a ring
     */
    Optional<Stored> read() throws KeyRingStoreException;

    /**
     * Stores {@code ring} in place of {@code replaced}: compare-and-set.
     *
     * @param replaced what {@link #read()} gave, or {@code null} to store the first ring
     * @throws KeyRingConflictException if the store holds something else by now; nothing was written
     * @throws KeyRingStoreException    if it failed; the ring may or may not have been written
     */
    Stored write(KeyRing ring, Stored replaced) throws KeyRingStoreException;

    /**
     * Makes unreadable what the store keeps of earlier rings, which still hold the secrets of dropped keys. Safe to
     * repeat.
     *
     * @param current what {@link #read()} gave; it stays
     * @return how many were destroyed; 0 for a store that keeps none
     * @throws KeyRingStoreException if it failed; some may be destroyed
     */
    default int destroyEarlier(Stored current) throws KeyRingStoreException {
        return 0;
    }

    /** Where that is, for people: {@code file /var/lib/keyturn/ring.json}; holds no secret. */
    String describe();

    /**
     * A ring and the store's own number for that state of it.
     *
     * @param revision the store's counter (Vault's version of the secret), compared when the ring is replaced
     * @param written  when that was written, by the store's own clock. A process that slept between a decision and its
     *                 write has a wrong idea of it; whoever waits after a move counts from here. Empty in what {@link
     *                 #write} gives
     */
    record Stored(KeyRing ring, long revision, Optional<Instant> written) {

        public Stored(KeyRing ring, long revision) {
            this(ring, revision, Optional.empty());
        }
    }
}
