package dev.keyturn.rotation;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.Proof.Question;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What is to be done next, as a pure function of the ring, the delivered key file, the clock and what LiveKit's nodes
 * say. Nothing of it is stored, so that a run after a crash finds out by itself.
 *
 * <p>One turn: <b>stage</b> a key in the ring; <b>deliver</b> it to LiveKit, as the last of the file; once every node
 * accepts it, <b>promote</b> it; hold the old one until its last token has expired; shortly before, deliver the file
 * with the new key first; then deliver it without the old one (<b>withdraw</b>), and once every node refuses that,
 * <b>drop</b> it from the ring.
 *
 * <p>A withdrawal is delivered as the file of the ring that the drop will make, one version ahead. Whoever sees it
 * knows that the key is on its way out, though his clock be behind; a key that is missing long before its time was
 * taken out by somebody else, and is put back. And the file has to be replaced before the drop can follow, so that
 * nobody who looked earlier can write over it. A file further ahead than that means that the ring was put back, and
 * nothing is touched.
 */
final class RotationPlan {

    private final RotationSettings settings;

    RotationPlan(RotationSettings settings) {
        this.settings = settings;
    }

    Next next(Situation now) {
        var found = now.staged().filter(SigningKey::compromised);
        if (found.isPresent()) {
            return new Next.Drop(List.of(found.get().key()), "others may know it, and it has signed nothing");
        }
        return now.delivered().map(delivered -> byFile(now, delivered)).orElseGet(() -> byNodes(now));
    }

    /** Where the key file can be looked at. */
    private Next byFile(Situation now, Delivered delivered) {
        var ring = now.ring();
        var file = delivered.file();
        var version = file.flatMap(KeyFile::header).map(KeyFile.Header::ringVersion).orElse(0L);
        var missing = version == ring.version() + 1 ? retiringNotIn(now) : List.<SigningKey>of();
        var isWhole = file.filter(there -> there.pairs().equals(KeyFile.of(ring, now.now()).pairs())).isPresent();
        var isWithdrawal = version == ring.version() + 1 // one that somebody undid by hand, too
                && (!missing.isEmpty() || isWhole && !ring.in(KeyState.RETIRING).isEmpty());
        if (version > ring.version() && !isWithdrawal) {
            return new Next.Wait("the delivered key file was made from version " + version + " of the ring, and the"
                    + " store holds version " + ring.version() + ": the ring was put back, and no file is touched."
                    + " See 'The ring is lost or was put back' in the runbook", delivered.written(), true);
        }
        if (file.isPresent() && file.get().header().isEmpty()) {
            var unknown = new LinkedHashSet<>(file.get().pairs().keySet());
            ring.keys().forEach(key -> unknown.remove(key.key()));
            if (!unknown.isEmpty()) {
                return new Next.Wait("the key file there is not Keyturn's and has keys that the ring does not know: "
                        + unknown + ". Whoever uses them would be shut out: take them into a ring"
                        + " ('keyturn init --import'), or out of the file", delivered.written(), true);
            }
        }
        var going = names(missing.stream().filter(key -> isDue(now, key, settings.leeway())).toList());
        if (!going.isEmpty()) {
            return goOn(now, delivered, going);
        }
        var found = names(ring.in(KeyState.RETIRING).stream().filter(SigningKey::compromised).toList());
        if (!found.isEmpty()) {
            return withdraw(now, found, "others may know it"); // it waits for no clock, and for no node that is down
        }
        var due = dueToGo(now);
        if (isWhole && !due.isEmpty()) {
            return proven(now, new Question(Set.of(ring.active().key()), Set.of()), delivered.written(),
                    () -> withdraw(now, due, "its last token has expired"));
        }
        var first = reorderDue(now);
        if (!isWhole || first && !isActiveFirst(now, file.get())) {
            return new Next.Deliver(first ? KeyFile.activeFirst(ring, now.now()) : KeyFile.of(ring, now.now()),
                    why(now, file, isWhole));
        }
        return restarting(now, delivered).orElseGet(() -> now.staged()
                .map(staged -> promote(now, staged, delivered.written()))
                .orElseGet(() -> rest(now)));
    }

    private static String why(Situation now, Optional<KeyFile> file, boolean isWhole) {
        if (file.isEmpty()) {
            return "there is no key file yet";
        }
        if (isWhole) {
            return "the signing key comes first before the old one goes, so that LiveKit's refresh tokens are its own";
        }
        var staged = now.staged().filter(key -> now.deliveredLacks(key.key()));
        return staged.map(key -> "LiveKit has to know key " + key.key() + ", which comes last")
                .orElse("the file is not what the ring says");
    }

    private static Next withdraw(Situation now, Set<ApiKey> due, String why) {
        return new Next.Deliver(KeyFile.activeFirst(now.ring().drop(due), now.now()), due + " may go: " + why);
    }

    /** These keys were withdrawn: once every node refuses them, they go from the ring. */
    private Next goOn(Situation now, Delivered delivered, Set<ApiKey> going) {
        var wanted = KeyFile.activeFirst(now.ring().drop(going), now.now());
        return delivered.file().orElseThrow().pairs().equals(wanted.pairs())
                ? restarting(now, delivered).orElseGet(() -> drop(now, going, delivered.written()))
                : new Next.Deliver(wanted, "the file is not what the ring says");
    }

    private Next drop(Situation now, Set<ApiKey> due, Instant since) {
        return proven(now, new Question(Set.of(now.ring().active().key()), due), since,
                () -> new Next.Drop(List.copyOf(due), "every node refuses it"));
    }

    private Next promote(Situation now, SigningKey staged, Instant since) {
        return proven(now, new Question(Set.of(staged.key()), Set.of()), since,
                () -> new Next.Promote(staged.key()));
    }

    private Optional<Next> restarting(Situation now, Delivered delivered) {
        return switch (delivered.restart()) {
            case DUE -> Optional.of(new Next.Restart("the file is there, and LiveKit was not restarted on it"));
            case UNDER_WAY -> Optional.of(new Next.Wait(
                    delivered.progress(), delivered.written(), isLate(delivered.written(), now.now())));
            case DONE -> Optional.empty();
        };
    }

    /** Where nobody can look at the key file: the operator puts it in place, and the nodes say when that is done. */
    private Next byNodes(Situation now) {
        var staged = now.staged();
        if (staged.isPresent()) {
            return byHand(promote(now, staged.get(), now.since(staged.get())));
        }
        var due = dueToGo(now);
        return due.isEmpty() ? rest(now) : byHand(drop(now, due, goes(now, firstToGo(now))));
    }

    private static Next byHand(Next next) {
        return next instanceof Next.Wait wait ? new Next.Wait(wait.what() + ". Put the key file in place on every node"
                + " and restart it: 'keyturn rotate --key-file keys.yaml' writes it", wait.since(), wait.late()) : next;
    }

    /** The key file that LiveKit should have now, where nobody can look at the one that it has. */
    KeyFile wanted(Situation now) {
        var due = dueToGo(now);
        if (!due.isEmpty()) {
            return KeyFile.activeFirst(now.ring().drop(due), now.now());
        }
        return reorderDue(now) ? KeyFile.activeFirst(now.ring(), now.now()) : KeyFile.of(now.ring(), now.now());
    }

    /** When a step may be taken: its question was asked of all nodes, and nothing of the answer leaves a doubt. */
    private Next proven(Situation now, Question question, Instant since, Supplier<Next> step) {
        var proof = now.proof().filter(asked -> asked.question().equals(question));
        if (proof.isEmpty()) {
            return new Next.Ask(question);
        }
        var doubts = proof.get().doubts(settings.minNodes(), settings.leeway());
        if (doubts.isEmpty()) {
            return step.get();
        }
        var late = doubts.stream().anyMatch(doubt -> !doubt.mayPass()) || isLate(since, now.now());
        return new Next.Wait(doubts.stream().map(Proof.Doubt::sentence).collect(Collectors.joining("; ")), since, late);
    }

    private boolean isLate(Instant since, Instant now) {
        return now.isAfter(since.plus(settings.lateAfter()));
    }

    private Next rest(Situation now) {
        var active = now.ring().active();
        var retiring = now.ring().in(KeyState.RETIRING);
        if (active.compromised()) {
            return new Next.Stage("others may know key " + active.key());
        }
        if (!retiring.isEmpty()) {
            var first = firstToGo(now);
            return new Next.Rest("key " + first.key() + " is withdrawn", Optional.of(withdrawn(now, first)));
        }
        var due = active.since().plus(settings.period());
        if (now.asked() || !now.now().isBefore(due)) {
            return new Next.Stage(now.asked() ? "it was asked for"
                    : "key " + active.key() + " signs since " + active.since());
        }
        return new Next.Rest("a new key is staged", Optional.of(due));
    }

    private static List<SigningKey> retiringNotIn(Situation now) {
        return now.ring().in(KeyState.RETIRING).stream().filter(key -> now.deliveredLacks(key.key())).toList();
    }

    /** @param ahead how far the clock of whoever decided may be ahead of ours */
    private boolean isDue(Situation now, SigningKey retiring, Duration ahead) {
        return retiring.compromised() || !now.now().plus(ahead).isBefore(goes(now, retiring));
    }

    private Set<ApiKey> dueToGo(Situation now) {
        var due = now.ring().in(KeyState.RETIRING).stream().filter(key -> isDue(now, key, Duration.ZERO)).toList();
        var reordered = now.delivered().isEmpty() || !reorderDue(now) || isReordered(now);
        return names(due.stream().filter(key -> key.compromised() || reordered).toList());
    }

    private SigningKey firstToGo(Situation now) {
        return now.ring().in(KeyState.RETIRING).stream().min(Comparator.comparing(key -> goes(now, key))).orElseThrow();
    }

    /** When a key goes that may have to wait for the file to be reordered. */
    private Instant withdrawn(Situation now, SigningKey retiring) {
        var reordered = now.delivered().filter(delivered -> reorderDue(now))
                .map(delivered -> delivered.written().plus(settings.reorderWait())).orElse(Instant.MIN);
        var goes = goes(now, retiring);
        return reordered.isAfter(goes) ? reordered : goes;
    }

    /** When a retired key goes: at once if others may know it, else when its last token has expired. */
    private Instant goes(Situation now, SigningKey retiring) {
        return retiring.compromised() ? retiring.since() : now.since(retiring).plus(settings.hold());
    }

    /** Shortly before a key goes. */
    private boolean reorderDue(Situation now) {
        return settings.reorder() && now.ring().in(KeyState.RETIRING).stream().anyMatch(key ->
                !key.compromised() && !now.now().isBefore(goes(now, key).minus(settings.reorderWait())));
    }

    /** Whether LiveKit had the file with the signing key first for long enough, as far as a file can tell. */
    private boolean isReordered(Situation now) {
        var delivered = now.delivered().orElseThrow();
        return delivered.restart() == Restart.DONE
                && delivered.file().filter(file -> isActiveFirst(now, file)).isPresent()
                && !now.now().isBefore(delivered.written().plus(settings.reorderWait()));
    }

    private static boolean isActiveFirst(Situation now, KeyFile file) {
        return file.samePairs(KeyFile.activeFirst(now.ring(), now.now()));
    }

    private static Set<ApiKey> names(List<SigningKey> keys) {
        return keys.stream().map(SigningKey::key).collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
