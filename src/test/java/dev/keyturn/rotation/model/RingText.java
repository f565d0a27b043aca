package dev.keyturn.rotation.model;

import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingConflictException;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.rotation.model.Traffic.Call;
import dev.keyturn.rotation.model.Traffic.Trouble;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** A ring's document as Vault keeps it: text, compare-and-set, the time of the write, and earlier versions. */
public final class RingText {

    private static final String HERE = "the model's store";

    private final Clock clock;
    private final List<KeyRingStore.Stored> versions = new ArrayList<>();
    private BiConsumer<KeyRing, KeyRing> watch = (before, after) -> {};

    public RingText(KeyRing first, Clock clock) {
        this.clock = clock;
        versions.add(stored(first, 1));
    }

    /** Told of the ring before and after each write. */
    public void watch(BiConsumer<KeyRing, KeyRing> watch) {
        this.watch = watch;
    }

    public KeyRing ring() {
        return current().ring();
    }

    KeyRingStore.Stored current() {
        return versions.get(versions.size() - 1);
    }

    /** All that can still be read: the earlier rings and the one that is there. */
    public List<KeyRing> readable() {
        return versions.stream().map(KeyRingStore.Stored::ring).toList();
    }

    /** What is stored is the text, so what it does not say is lost. */
    private KeyRingStore.Stored stored(KeyRing ring, long revision) {
        try {
            var text = KeyRingDocument.write(ring).toString();
            var read = KeyRingDocument.read(HERE, text.getBytes(StandardCharsets.UTF_8));
            return new KeyRingStore.Stored(read, revision, Optional.of(clock.instant()));
        } catch (KeyRingStoreException e) {
            throw new AssertionError(e);
        }
    }

    /** The store as one process reaches it. */
    public KeyRingStore as(Traffic traffic) {
        return new KeyRingStore() {

            @Override
            public Optional<Stored> read() throws KeyRingStoreException {
                return through(Call.RING_READ, () -> Optional.of(current()));
            }

            @Override
            public Stored write(KeyRing ring, Stored replaced) throws KeyRingStoreException {
                return through(Call.RING_WRITE, () -> {
                    var before = current();
                    if (replaced.revision() != before.revision()) {
                        throw new KeyRingConflictException("revision " + before.revision() + " is there by now, not "
                                + replaced.revision());
                    }
                    versions.add(stored(ring, before.revision() + 1));
                    watch.accept(before.ring(), ring());
                    return new Stored(ring, before.revision() + 1);
                });
            }

            @Override
            public int destroyEarlier(Stored current) throws KeyRingStoreException {
                return through(Call.RING_DESTROY, () -> {
                    var before = versions.size();
                    versions.removeIf(version -> version.revision() < current.revision());
                    return before - versions.size();
                });
            }

            @Override
            public String describe() {
                return HERE;
            }

            private <T> T through(Call call, Effect<T> effect) throws KeyRingStoreException {
                try {
                    traffic.before(call);
                    var result = effect.happens();
                    traffic.after(call);
                    return result;
                } catch (Trouble e) {
                    throw new KeyRingStoreException(
                            KeyRingStoreException.Kind.UNREACHABLE, HERE + " did not answer to " + call);
                }
            }
        };
    }

    private interface Effect<T> {
        T happens() throws KeyRingStoreException;
    }
}
