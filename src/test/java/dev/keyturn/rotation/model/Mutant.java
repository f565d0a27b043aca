package dev.keyturn.rotation.model;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.KeyFileTarget;
import dev.keyturn.rotation.Nodes;
import dev.keyturn.rotation.Nodes.Replies;
import dev.keyturn.rotation.RotationSettings;
import dev.keyturn.rotation.model.Checker.Invariant;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The program with one of its safeguards taken out, by a wrapper of a port or a setting: the checker has to see it. */
enum Mutant {

    /** The program as it is. */
    NONE,

    /** What was delivered is believed to be what LiveKit has. */
    NO_PROOF(Invariant.SIGNED_ONLY_WHAT_IS_ACCEPTED) {
        @Override
        Nodes nodes(Nodes inner, World world) {
            return Wrapped.nodes(inner, replies -> {
                var file = world.file.current().keys().orElse(Map.of());
                return Wrapped.each(replies, (node, key) -> file.containsKey(key) ? Wrapped.YES : Wrapped.NO);
            });
        }
    },

    /** Nobody looks at what a node says to the key that nobody has. */
    NO_CONTROL(Invariant.SIGNED_ONLY_WHAT_IS_ACCEPTED) {
        @Override
        Nodes nodes(Nodes inner, World world) {
            return Wrapped.nodes(inner, replies -> Wrapped.each(replies, (node, key) ->
                    world.knows(key) ? node.byKey().get(key) : Wrapped.NO));
        }
    },

    /** One node's yes is taken for all. */
    ONE_YES(Invariant.SIGNED_ONLY_WHAT_IS_ACCEPTED) {
        @Override
        Nodes nodes(Nodes inner, World world) {
            return Wrapped.nodes(inner, replies -> Wrapped.each(replies, (node, key) -> replies.stream()
                    .map(any -> any.byKey().get(key)).filter(any -> any.status() == 200).findFirst()
                    .orElse(node.byKey().get(key))));
        }
    },

    /** The second answer is a copy of the first. */
    NO_SETTLE(Invariant.SIGNED_ONLY_WHAT_IS_ACCEPTED) {
        @Override
        Nodes nodes(Nodes inner, World world) {
            var first = new HashMap<String, Replies>();
            return Wrapped.nodes(inner, replies -> Wrapped.each(replies, (node, key) ->
                    first.computeIfAbsent(node.node(), name -> node).byKey().getOrDefault(key, Wrapped.NO)));
        }
    },

    /** The old key is held for as long as someone may sign with it, and not for as long as what was signed lives. */
    DROP_TOO_EARLY(Invariant.ACCEPTED_UNTIL_EXPIRED) {
        @Override
        RotationSettings settings(RotationSettings real) {
            return with(real, real.maxStaleness(), Duration.ZERO, Duration.ZERO);
        }
    },

    /** The wait counts in no replica that is cut off. */
    NO_STALENESS_IN_THE_WAIT(Invariant.ACCEPTED_UNTIL_EXPIRED) {
        @Override
        RotationSettings settings(RotationSettings real) {
            return with(real, Duration.ZERO, real.longestTtl(), real.agentsDrain());
        }
    },

    /** That agents go on with their jobs for a while counts for nothing. */
    NO_DRAIN_IN_THE_WAIT(Invariant.KEPT_FOR_AGENTS) {
        @Override
        RotationSettings settings(RotationSettings real) {
            return with(real, real.maxStaleness(), real.longestTtl(), Duration.ZERO);
        }
    },

    /** A replica that is cut off signs for ever. */
    STALE_REPLICA_SIGNS(Invariant.SIGNED_ONLY_WHAT_IS_ACCEPTED) {
        @Override
        Duration maxStaleness() {
            return Duration.ofDays(365);
        }
    },

    /** The ring is written over whatever is there. */
    NO_CAS(Invariant.TURNED_ONCE) {
        @Override
        KeyRingStore store(KeyRingStore inner) {
            return new Wrapped.Store(inner) {
                @Override
                public Stored write(KeyRing ring, Stored replaced) throws KeyRingStoreException {
                    return inner.write(ring, inner.read().orElseThrow());
                }
            };
        }
    },

    /** The key file is written over whatever is there. */
    NO_FENCE(Invariant.ONE_ACTIVE) {
        @Override
        KeyFileTarget target(KeyFileTarget inner) {
            return new Wrapped.Target(inner) {
                @Override
                public void deliver(KeyFile file, Delivered replaced) throws DeliveryException {
                    inner.deliver(file, inner.read());
                }
            };
        }
    },

    /** That others may know a key is known to the process that was told, and not written down. */
    COMPROMISE_IS_FORGOTTEN(Invariant.GOES_ON) {
        @Override
        KeyRingStore store(KeyRingStore inner) {
            return new Wrapped.Store(inner) {
                private final Set<ApiKey> known = new HashSet<>();

                @Override
                public Optional<Stored> read() throws KeyRingStoreException {
                    return inner.read().map(stored -> new Stored(flagged(stored.ring(), known),
                            stored.revision(), stored.written()));
                }

                @Override
                public Stored write(KeyRing ring, Stored replaced) throws KeyRingStoreException {
                    ring.keys().stream().filter(SigningKey::compromised).forEach(key -> known.add(key.key()));
                    return inner.write(flagged(ring, Set.of()), replaced);
                }
            };
        }
    };

    /** What a history breaks first without it, if it breaks anything; empty for the program as it is. */
    final Optional<Invariant> breaks;

    Mutant() {
        this.breaks = Optional.empty();
    }

    Mutant(Invariant breaks) {
        this.breaks = Optional.of(breaks);
    }

    KeyRingStore store(KeyRingStore inner) {
        return inner;
    }

    KeyFileTarget target(KeyFileTarget inner) {
        return inner;
    }

    Nodes nodes(Nodes inner, World world) {
        return inner;
    }

    RotationSettings settings(RotationSettings real) {
        return real;
    }

    Duration maxStaleness() {
        return Setup.MAX_STALENESS;
    }

    private static KeyRing flagged(KeyRing ring, Set<ApiKey> compromised) {
        return new KeyRing(ring.version(), ring.keys().stream().map(key -> new SigningKey(key.key(), key.secret(),
                key.state(), key.created(), key.since(), compromised.contains(key.key()))).toList());
    }

    private static RotationSettings with(RotationSettings real, Duration maxStaleness, Duration longestTtl,
            Duration agentsDrain) {
        return new RotationSettings(real.period(), maxStaleness, longestTtl, real.leeway(), agentsDrain,
                real.settle(), real.reorder(), real.reorderWait(), real.minNodes(), real.lateAfter());
    }
}
