package dev.keyturn.rotation.model;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What must always hold, whoever crashes, sleeps or loses the store when; and what each can honestly demand:
 *
 * <ol>
 * <li>A key that signs is accepted by every node that serves, at that moment. Every replica signs whenever it reads
 * the ring, at the last moment before its ring is stale, and whenever a node has other keys: nothing is missed between.
 * <li>A token that was issued is accepted by every node that serves until it expires, by that node's clock. A node
 * knows a token by its key and expiry, so the latest expiry for each key stands for all of its tokens.
 * <li>The stored ring has one ACTIVE key, at every moment, and LiveKit is never given a file without it.
 * <li>Each write is one move on the ring that was there: no key appears but as STAGED, none vanishes while ACTIVE, and
 * a turn is begun once for each reason to: the period, a request, a key found out.
 * <li>When all faults are over, one rotator alone comes to rest: one key, the file and every node have exactly that,
 * and no earlier version of ring or file has another. A key found out is gone in a third of the hold. Until then no
 * rotator delivers a key that was dropped after it has signed.
 * <li>(Of the agents.) A key that was handed out is accepted by every node that serves, and in the ring, until the
 * last {@code expires_at} that any replica gave out with it, plus the agents' drain time.
 * </ol>
 *
 * <p>A node that lost a key because someone put back or edited its file is excused for the keys that it had, until it
 * starts on a file of Keyturn's again. A key that an operator called compromised is owed nothing by (1) and (2) once it
 * does not sign: a replica that is cut off cannot know. A staged key that was given up may be delivered once more by
 * whoever slept over that: it has signed nothing, the next run takes it out, and (5) sees that it does.
 */
final class Checker {

    static final Duration COMPROMISED_GONE =
            Setup.MAX_STALENESS.plus(Setup.TTL).plus(Setup.AGENTS_DRAIN).dividedBy(3);

    /** By its number in the design. */
    enum Invariant {
        SIGNED_ONLY_WHAT_IS_ACCEPTED, ACCEPTED_UNTIL_EXPIRED, ONE_ACTIVE, TURNED_ONCE, GOES_ON, KEPT_FOR_AGENTS
    }

    record Breach(Invariant invariant, String sentence) {}

    private final World world;
    private final Map<ApiKey, Instant> lastExpiry = new HashMap<>();
    private final Map<ApiKey, Instant> lastPromise = new HashMap<>();
    private final Set<ApiKey> onceActive = new HashSet<>();
    private final Set<ApiKey> dropped = new HashSet<>();
    private final Set<ApiKey> foundOut = new HashSet<>();
    private Optional<Breach> breach = Optional.empty();

    Checker(World world) {
        this.world = world;
    }

    Optional<Breach> breach() {
        return breach;
    }

    void broken(Invariant invariant, String sentence) {
        if (breach.isEmpty()) {
            breach = Optional.of(new Breach(invariant, sentence));
            world.trace.add("BROKEN", () -> invariant + ": " + sentence);
            world.time.stop();
        }
    }

    /** @param expires by the replica's clock */
    void signed(String replica, ApiKey key, Instant expires) {
        lastExpiry.merge(key, expires, (one, other) -> one.isAfter(other) ? one : other);
        for (var node : world.cluster.nodes()) {
            if (refusesWhatItOwes(node, key)) {
                broken(Invariant.SIGNED_ONLY_WHAT_IS_ACCEPTED, replica + " signs with " + key + ", which " + node.name
                        + " refuses: it has " + node.keys().keySet());
            }
        }
    }

    /** @param expires by the replica's clock, as an agent was told */
    void promised(ApiKey key, Instant expires) {
        lastPromise.merge(key, expires.plus(Setup.AGENTS_DRAIN), (one, other) -> one.isAfter(other) ? one : other);
    }

    /** Of whatever key an agent may have. */
    void promisedAgain(ApiKey key, Instant expires) {
        if (lastPromise.containsKey(key)) {
            promised(key, expires);
        }
    }

    private void kept(Instant until, Instant now, String what) {
        if (!now.isAfter(until)) {
            broken(Invariant.KEPT_FOR_AGENTS, what + ", which agents may use until " + until + ", and it is " + now);
        }
    }

    void nodeChanged(Node node) {
        var now = world.clock(node.name).instant();
        lastExpiry.forEach((key, expires) -> {
            if (!now.isAfter(expires) && refusesWhatItOwes(node, key)) {
                broken(Invariant.ACCEPTED_UNTIL_EXPIRED, node.name + " refuses tokens of " + key + " that expire at "
                        + expires + ", and its clock says " + now);
            }
        });
        keptByNode(node, now);
    }

    private void keptByNode(Node node, Instant now) {
        lastPromise.forEach((key, until) -> {
            if (refusesWhatItOwes(node, key)) {
                kept(until, now, node.name + " refuses " + key);
            }
        });
    }

    private boolean refusesWhatItOwes(Node node, ApiKey key) {
        return node.serves(world.time.now()) && !node.keys().containsKey(key) && !node.isExcused(key)
                && !(foundOut.contains(key) && !world.ring.ring().active().key().equals(key));
    }

    /** An operator says that others may know this key; whether that is stored is another matter. */
    void calledCompromised(ApiKey key) {
        foundOut.add(key);
    }

    /** The operator was told that it is known: from now on it has to go. */
    void toldCompromised(ApiKey key, Instant from) {
        world.time.at(from.plus(COMPROMISED_GONE), () -> {
            var file = world.file.current().keys();
            if (world.ring.ring().find(key).isPresent() || file.isPresent() && file.get().containsKey(key)
                    || world.cluster.nodes().stream().anyMatch(node -> node.keys().containsKey(key))) {
                broken(Invariant.GOES_ON, "the compromised " + key + " is still there after " + COMPROMISED_GONE
                        + " without a fault");
            }
        });
    }

    /** @param asked whether whoever writes was asked for a turn */
    void ringWritten(KeyRing before, KeyRing after, boolean asked) {
        before.keys().stream().filter(key -> after.find(key.key()).isEmpty()).forEach(key -> {
            dropped.add(key.key());
            if (!foundOut.contains(key.key())) {
                kept(lastPromise.getOrDefault(key.key(), Instant.MIN), world.time.now(), key.key() + " is dropped");
            }
            onceActive.add(before.active().key());
            if (key.state() == KeyState.ACTIVE) {
                broken(Invariant.TURNED_ONCE, key.key() + " signs and is lost: " + before + " became " + after);
            }
        });
        onceActive.add(after.active().key());
        var isMove = after.version() == before.version() + 1
                && after.keys().stream().allMatch(key -> isMove(before.find(key.key()), key));
        if (!isMove) {
            broken(Invariant.TURNED_ONCE, before + " became " + after);
        }
        if (after.keys().size() > before.keys().size() && !hasReason(before, asked)) {
            broken(Invariant.TURNED_ONCE, "a turn begins without a reason: " + before + " became " + after);
        }
        if (after.in(KeyState.ACTIVE).size() != 1) {
            broken(Invariant.ONE_ACTIVE, "the ring is " + after);
        }
    }

    private static boolean isMove(Optional<SigningKey> before, SigningKey after) {
        var from = before.map(SigningKey::state);
        return switch (after.state()) {
            case STAGED -> from.isEmpty() || from.get() == KeyState.STAGED;
            case ACTIVE -> from.isPresent() && from.get() != KeyState.RETIRING;
            case RETIRING -> from.isPresent() && from.get() != KeyState.STAGED;
        };
    }

    private boolean hasReason(KeyRing before, boolean asked) {
        if (foundOut.contains(before.active().key())) {
            return true;
        }
        var age = Duration.between(before.active().since(), world.time.now());
        return before.in(KeyState.RETIRING).isEmpty()
                && (asked || age.compareTo(Setup.PERIOD.minus(Setup.LEEWAY.multipliedBy(2))) >= 0);
    }

    void fileDelivered(FileText.Version file) {
        var keys = file.keys().orElseThrow().keySet();
        if (!keys.contains(world.ring.ring().active().key())) {
            broken(Invariant.ONE_ACTIVE, "the delivered file " + keys + " lacks the key that signs");
        }
        keys.stream().filter(dropped::contains).filter(onceActive::contains).findFirst().ifPresent(key ->
                broken(Invariant.GOES_ON, "the dropped " + key + " is put back into the delivered file"));
    }

    /** All faults were over for long enough. */
    void ended() {
        var ring = world.ring.ring();
        var keys = ring.keys().stream().map(SigningKey::key).toList();
        if (keys.size() != 1) {
            broken(Invariant.GOES_ON, "the ring does not come to rest: " + ring);
        }
        var active = Set.copyOf(keys);
        var file = world.file.current().keys();
        if (file.isEmpty() || !file.get().keySet().equals(active)) {
            broken(Invariant.GOES_ON, "the ring is " + ring + " and the key file " + world.file.current());
        }
        world.cluster.nodes().stream().filter(node -> !node.keys().keySet().equals(active)).forEach(node ->
                broken(Invariant.GOES_ON, node.name + " accepts " + node.keys().keySet() + " and not " + active));
        var readable = new HashSet<ApiKey>();
        world.ring.readable().forEach(each -> each.keys().forEach(key -> readable.add(key.key())));
        if (world.hasTarget()) {
            world.file.readable().forEach(each -> each.keys().ifPresent(there -> readable.addAll(there.keySet())));
        }
        readable.removeAll(active);
        if (!readable.isEmpty()) {
            broken(Invariant.GOES_ON, "earlier versions still hold " + readable);
        }
    }
}
