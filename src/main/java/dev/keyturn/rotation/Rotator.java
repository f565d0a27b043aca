package dev.keyturn.rotation;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingConflictException;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStore.Stored;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.Outcome.Kind;
import dev.keyturn.rotation.Outcome.Step;
import dev.keyturn.rotation.Proof.Question;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Takes at most one step of the {@link RotationPlan}, and ends. It may be killed at any point and run twice at once:
 * each step is one write, by compare-and-set, and what is due is found out anew by each run.
 *
 * <p>The key file is looked at <em>before</em> the ring. The ring goes first in every step but a withdrawal, so a file
 * is never seen to be ahead of its ring because someone was at work in between; and whoever saw a file that has been
 * replaced since cannot write.
 */
public final class Rotator {

    /** A proof says how things were: after this, on top of the time between its rounds, they may have changed. */
    private static final Duration PROOF_HOLDS = Duration.ofSeconds(30);

    private static final int ATTEMPTS_TO_MARK = 5;

    private final KeyRingStore store;
    private final Optional<KeyFileTarget> target;
    private final Probe probe;
    private final RotationSettings settings;
    private final RotationPlan plan;
    private final Function<Instant, SigningKey> newKey;
    private final Clock clock;
    private final Pause pause;

    /**
     * @param target where the key file is delivered; empty where the operator does that
     * @param newKey makes a STAGED key, now
     */
    public Rotator(KeyRingStore store, Optional<KeyFileTarget> target, Probe probe, RotationSettings settings,
            Function<Instant, SigningKey> newKey, Clock clock, Pause pause) {
        this.store = store;
        this.target = target;
        this.probe = probe;
        this.settings = settings;
        this.plan = new RotationPlan(settings);
        this.newKey = newKey;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * One run. Never throws for what the world does: the outcome says it.
     *
     * @param says is told what a run of several seconds is at, a sentence each
     * @throws InterruptedException if the thread is to end; nothing is half-done
     */
    public Outcome run(Intent intent, Consumer<String> says) throws InterruptedException {
        try {
            if (intent.compromised().isPresent() && !intent.dryRun()) {
                mark(intent.compromised().get(), says);
            }
            return intent.abort() ? abort(intent) : step(intent, says);
        } catch (KeyRingConflictException | DeliveryConflictException e) {
            return Outcome.of(Kind.OVERTAKEN, Step.NONE, e.getMessage());
        } catch (KeyRingStoreException | DeliveryException | NodesException e) {
            return Outcome.failed(e.getMessage());
        }
    }

    /**
     * The key file that LiveKit should have now, for whoever puts it there himself.
     *
     * @throws KeyRingStoreException if there is no ring to make it of
     */
    public KeyFile keyFile() throws KeyRingStoreException {
        var stored = ring(store, target, Optional.empty());
        return plan.wanted(new Situation(
                clock.instant(), stored.ring(), stored.written(), Optional.empty(), false, Optional.empty()));
    }

    /** Before anything else, so that a run after a crash knows it too. */
    private void mark(ApiKey name, Consumer<String> says) throws KeyRingStoreException {
        for (int attempt = 1;; attempt++) {
            var stored = ring(store, target, Optional.empty());
            if (named(name, stored.ring()).compromised()) {
                return;
            }
            try {
                store.write(stored.ring().compromise(name), stored);
                says.accept("Key " + name + " is marked as compromised");
                return;
            } catch (KeyRingConflictException e) {
                if (attempt == ATTEMPTS_TO_MARK) {
                    throw e;
                }
            }
        }
    }

    private SigningKey named(ApiKey name, KeyRing ring) throws KeyRingStoreException {
        return ring.find(name).orElseThrow(() -> new KeyRingStoreException(
                KeyRingStoreException.Kind.DENIED, "there is no key " + name + " in " + store.describe() + ", only "
                        + ring.keys().stream().map(SigningKey::key).toList()));
    }

    private Outcome abort(Intent intent) throws KeyRingStoreException {
        var stored = ring(store, target, Optional.empty());
        var staged = stored.ring().in(KeyState.STAGED);
        if (staged.isEmpty()) {
            return Outcome.of(Kind.NOTHING, Step.NONE, "No key is staged: there is nothing to give up");
        }
        var key = staged.get(0).key();
        if (intent.dryRun()) {
            return Outcome.of(Kind.PLANNED, Step.ABORT, "Would give up the staged key " + key);
        }
        store.write(stored.ring().drop(key), stored);
        return Outcome.of(Kind.DONE, Step.ABORT, "The staged key " + key + " is given up; it has signed nothing."
                + " The next run takes it out of LiveKit's key file");
    }

    private Outcome step(Intent intent, Consumer<String> says)
            throws KeyRingStoreException, DeliveryException, NodesException, InterruptedException {
        var delivered = look(target);
        var stored = ring(store, target, delivered);
        var ring = stored.ring();
        if (intent.dryRun() && intent.compromised().isPresent()) {
            ring = ring.compromise(named(intent.compromised().get(), ring).key());
        }
        var now = new Situation(
                clock.instant(), ring, stored.written(), delivered, intent.now(), Optional.empty());
        var next = plan.next(now);
        if (next instanceof Next.Ask ask) {
            var proof = prove(ask.question(), ring, says);
            now = now.with(proof, clock.instant());
            next = plan.next(now);
        }
        if (next instanceof Next.Wait wait) {
            return wait(wait);
        }
        if (next instanceof Next.Rest rest) {
            var tidied = intent.dryRun() ? Optional.<Outcome>empty() : tidied(stored, delivered);
            return tidied.isPresent() ? tidied.get() : rest(rest, ring);
        }
        if (next instanceof Next.Ask) {
            return Outcome.of(Kind.WAITING, Step.NONE, "something else fell due while the nodes were asked: the next"
                    + " run asks about that");
        }
        var act = (Next.Act) next;
        if (intent.dryRun()) {
            return planned(act);
        }
        if (now.proof().filter(this::isOld).isPresent()) {
            return new Outcome(Kind.WAITING, Step.NONE, "this run was held up since it asked the nodes, and what they"
                    + " said may be true no longer: the next one asks again", now.proof().map(Proof::began));
        }
        var more = take(act, stored, delivered);
        return Outcome.of(Kind.DONE, act.step(), "Done: " + act.toDo() + more);
    }

    /** @return what else is to be said of it */
    private String take(Next.Act act, Stored stored, Optional<Delivered> delivered)
            throws KeyRingStoreException, DeliveryException {
        var ring = stored.ring();
        if (act instanceof Next.Stage) {
            var staged = newKey.apply(clock.instant());
            store.write(ring.stage(staged), stored);
            return ". It is key " + staged.key();
        }
        if (act instanceof Next.Deliver deliver) {
            target.orElseThrow().deliver(deliver.file(), delivered.orElseThrow());
        } else if (act instanceof Next.Restart) {
            target.orElseThrow().restart(delivered.orElseThrow());
        } else if (act instanceof Next.Promote promote) {
            store.write(ring.promote(promote.key(), clock.instant()), stored);
        } else if (act instanceof Next.Drop drop) {
            store.write(ring.drop(drop.keys()), stored);
            return tidiedAfterDrop();
        }
        return "";
    }

    private String tidiedAfterDrop() {
        try {
            var delivered = look(target);
            return tidied(ring(store, target, delivered), delivered).map(outcome -> "; " + outcome.sentence()).orElse("");
        } catch (KeyRingStoreException | DeliveryException e) {
            return "; earlier versions that hold it are not destroyed yet, the next run tries again: " + e.getMessage();
        }
    }

    /** Old versions still hold the secrets of dropped keys. While a key is staged nothing has been dropped. */
    private Optional<Outcome> tidied(Stored stored, Optional<Delivered> delivered)
            throws KeyRingStoreException, DeliveryException {
        if (!stored.ring().in(KeyState.STAGED).isEmpty()) {
            return Optional.empty();
        }
        var destroyed = store.destroyEarlier(stored);
        if (delivered.isPresent()) {
            destroyed += target.orElseThrow().destroyEarlier(delivered.get());
        }
        return destroyed == 0 ? Optional.empty() : Optional.of(Outcome.of(Kind.DONE, Step.DESTROY,
                "destroyed " + destroyed + " earlier version" + (destroyed == 1 ? "" : "s") + " of ring and key file"));
    }

    private Proof prove(Question question, KeyRing ring, Consumer<String> says)
            throws NodesException, InterruptedException {
        var names = new HashSet<>(question.accepted());
        names.addAll(question.refused());
        var keys = ring.keys().stream().filter(key -> names.contains(key.key())).toList();
        var began = clock.instant();
        List<List<NodeAnswer>> rounds = new ArrayList<>();
        rounds.add(probe.ask(keys));
        var first = new Proof(question, began, List.copyOf(rounds));
        if (first.doubtsSoFar(settings.minNodes(), settings.leeway()).isEmpty()) {
            var nodes = rounds.get(0).size();
            says.accept((nodes == 1 ? "The node" : "All " + nodes + " nodes") + " behind " + probe.describe()
                    + (nodes == 1 ? " agrees; it is" : " agree; they are") + " asked again in "
                    + settings.settle().toSeconds() + " s");
            pause.sleep(settings.settle());
            rounds.add(probe.ask(keys));
        }
        return new Proof(question, began, rounds);
    }

    private boolean isOld(Proof proof) {
        return clock.instant().isAfter(proof.began().plus(settings.settle()).plus(PROOF_HOLDS));
    }

    static Optional<Delivered> look(Optional<KeyFileTarget> target) throws DeliveryException {
        return target.isPresent() ? Optional.of(target.get().read()) : Optional.empty();
    }

    /** @param delivered of a ring that was there, if anything was: a lost one is restored from it */
    static Stored ring(KeyRingStore store, Optional<KeyFileTarget> target, Optional<Delivered> delivered)
            throws KeyRingStoreException {
        var wasThere = delivered.flatMap(Delivered::file).flatMap(KeyFile::header).isPresent();
        return store.read().orElseThrow(() -> new KeyRingStoreException(KeyRingStoreException.Kind.BROKEN,
                "there is no key ring in " + store.describe() + (wasThere
                        ? ", but there was: " + target.orElseThrow().describe() + " holds its key file. Restore it with"
                                + " 'keyturn init --import' (docs/runbook.md)"
                        : ": make one with 'keyturn init'")));
    }

    static Outcome planned(Next.Act act) {
        return Outcome.of(Kind.PLANNED, act.step(), "Would " + act.toDo());
    }

    static Outcome wait(Next.Wait wait) {
        return new Outcome(
                wait.late() ? Kind.BLOCKED : Kind.WAITING, Step.NONE, wait.what(), Optional.of(wait.since()));
    }

    static Outcome rest(Next.Rest rest, KeyRing ring) {
        return new Outcome(ring.in(KeyState.RETIRING).isEmpty() ? Kind.NOTHING : Kind.HOLDING, Step.NONE,
                "Nothing to do; next, " + rest.then(), rest.due());
    }
}
