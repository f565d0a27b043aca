package dev.keyturn;

import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;

/** The ring as a command needs it: now, or a sentence why not. */
final class StoredRing {

    private StoredRing() {}

    static KeyRing require(KeyRingStore store) throws KeyRingStoreException {
        return store.read().map(KeyRingStore.Stored::ring).orElseThrow(() -> new CommandFailedException(
                "there is no key ring in " + store.describe() + ": make one with 'keyturn init'"));
    }
}
