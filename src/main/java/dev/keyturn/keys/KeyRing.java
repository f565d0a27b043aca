package dev.keyturn.keys;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * All keys that LiveKit should accept, one of them signing: the immutable heart of the program.
 *
 * <p>Three moves make a new ring from this one, each one version further: {@link #stage} adds a key, {@link #promote}
 * lets it sign and retires the one before, {@link #drop} takes keys away. {@link #compromise} marks one that others may
 * know. An illegal move throws and changes nothing.
 * Always exactly one key is {@link KeyState#ACTIVE}, at most one {@link KeyState#STAGED}, and no two have one name.
 */
public final class KeyRing {

    private final long version;
    private final List<SigningKey> keys;
    private final SigningKey active;

    /**
     * A ring as it was stored.
     *
     * @param version 1 or more; every move adds one
     * @param keys    oldest first
     * @throws IllegalArgumentException if the keys are no ring; the message says why
     */
    public KeyRing(long version, List<SigningKey> keys) {
        if (version < 1) {
            throw new IllegalArgumentException("a ring's version is 1 or more, not " + version);
        }
        this.version = version;
        this.keys = List.copyOf(keys);
        var active = in(KeyState.ACTIVE);
        if (active.size() != 1) {
            throw new IllegalArgumentException("a ring has exactly one ACTIVE key, this one " + active.size());
        }
        if (in(KeyState.STAGED).size() > 1) {
            throw new IllegalArgumentException("a ring has at most one STAGED key");
        }
        var names = new HashSet<ApiKey>();
        for (var key : this.keys) {
            if (!names.add(key.key())) {
                throw new IllegalArgumentException("key " + key.key() + " is in the ring twice");
            }
        }
        this.active = active.get(0);
    }

    /** The first ring, in which {@code key} signs from {@code now} on. */
    public static KeyRing first(SigningKey key, Instant now) {
        return new KeyRing(1, List.of(key.becomes(KeyState.ACTIVE, now)));
    }

    public long version() {
        return version;
    }

    /** All keys, oldest first; a token of any of them is accepted. */
    public List<SigningKey> keys() {
        return keys;
    }

    /** The key that signs. */
    public SigningKey active() {
        return active;
    }

    public List<SigningKey> in(KeyState state) {
        return keys.stream().filter(key -> key.state() == state).toList();
    }

    public Optional<SigningKey> find(ApiKey name) {
        return keys.stream().filter(key -> key.key().equals(name)).findFirst();
    }

    /**
     * Adds a key that signs nothing yet.
     *
     * @throws IllegalStateException if one is staged already, or the ring knows this name
     */
    public KeyRing stage(SigningKey key) {
        if (key.state() != KeyState.STAGED) {
            throw new IllegalStateException("key " + key.key() + " is " + key.state() + ", not STAGED");
        }
        if (!in(KeyState.STAGED).isEmpty()) {
            throw new IllegalStateException(
                    "key " + in(KeyState.STAGED).get(0).key() + " is staged already: promote or drop it first");
        }
        if (find(key.key()).isPresent()) {
            throw new IllegalStateException("key " + key.key() + " is in the ring already");
        }
        var next = new ArrayList<>(keys);
        next.add(key);
        return new KeyRing(version + 1, next);
    }

    /**
     * Lets the staged key sign, and retires the one that did.
     *
     * @throws IllegalStateException if it is not STAGED
     */
    public KeyRing promote(ApiKey name, Instant now) {
        require(name, KeyState.STAGED);
        return moved(key -> {
            if (key.key().equals(name)) {
                return key.becomes(KeyState.ACTIVE, now);
            }
            return key.state() == KeyState.ACTIVE ? key.becomes(KeyState.RETIRING, now) : key;
        });
    }

    /**
     * Takes a key away: a retired one whose tokens have all expired, or a staged one that is given up.
     *
     * @throws IllegalStateException if it signs, or is not in the ring
     */
    public KeyRing drop(ApiKey name) {
        return drop(List.of(name));
    }

    /** As {@link #drop(ApiKey)}, several at once: one move, one version further. */
    public KeyRing drop(Collection<ApiKey> names) {
        names.forEach(name -> require(name, KeyState.STAGED, KeyState.RETIRING));
        return new KeyRing(version + 1, keys.stream().filter(key -> !names.contains(key.key())).toList());
    }

    /**
     * Marks a key that others may know: it is replaced and withdrawn as soon as that can be done.
     *
     * @throws IllegalStateException if it is not in the ring
     */
    public KeyRing compromise(ApiKey name) {
        require(name, KeyState.values());
        return moved(key -> key.key().equals(name) ? key.foundOut() : key);
    }

    private void require(ApiKey name, KeyState... states) {
        var key = find(name).orElseThrow(() -> new IllegalStateException("key " + name + " is not in the ring"));
        if (!List.of(states).contains(key.state())) {
            throw new IllegalStateException("key " + name + " is " + key.state());
        }
    }

    private KeyRing moved(UnaryOperator<SigningKey> move) {
        return new KeyRing(version + 1, keys.stream().map(move).toList());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyRing ring && version == ring.version && keys.equals(ring.keys);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(version);
    }

    @Override
    public String toString() {
        return "KeyRing version " + version + " " + keys.stream().map(key -> key.key() + " " + key.state()).toList();
    }
}
