package dev.keyturn.rotation;

import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at ring, key file and nodes, once, and changes nothing. */
public final class StatusReader {

    private final KeyRingStore store;
    private final Optional<KeyFileTarget> target;
    private final Probe probe;
    private final RotationSettings settings;
    private final Clock clock;

    /** @param target where the key file is delivered; empty where the operator does that */
    public StatusReader(KeyRingStore store, Optional<KeyFileTarget> target, Probe probe, RotationSettings settings,
            Clock clock) {
        this.store = store;
        this.target = target;
        this.probe = probe;
        this.settings = settings;
        this.clock = clock;
    }

    /** @throws KeyRingStoreException if there is no ring to look at; whatever else fails is in the status */
    public Status read() throws KeyRingStoreException {
        var problems = new ArrayList<String>();
        var delivered = delivered(problems);
        var stored = Rotator.ring(store, target, delivered);
        var began = clock.instant();
        List<NodeAnswer> nodes = List.of();
        try {
            nodes = probe.ask(stored.ring().keys());
        } catch (NodesException e) {
            problems.add(e.getMessage());
        }
        var now = new Situation(
                clock.instant(), stored.ring(), stored.written(), delivered, false, Optional.empty());
        var next = problems.isEmpty() ? next(now, new Round(nodes, began)) : Outcome.failed(problems.get(0));
        next = shutOut(now, nodes).orElse(next);
        return new Status(now.now(), stored.ring(), store.describe(), stored.written(),
                target.map(KeyFileTarget::describe), delivered, nodes, settings.hold(), next, problems);
    }

    /** Whatever comes next: a node that refuses the key that signs turns every client away. */
    private static Optional<Outcome> shutOut(Situation now, List<NodeAnswer> nodes) {
        var active = now.ring().active().key();
        var refusing = nodes.stream().filter(node -> node.verdict(active) == Verdict.REFUSES)
                .map(NodeAnswer::node).toList();
        return refusing.isEmpty() ? Optional.empty() : Optional.of(Outcome.of(Outcome.Kind.BLOCKED, Outcome.Step.NONE,
                "every new token is refused by " + refusing + ": they do not know key " + active + ", which signs."
                        + " See that they have the delivered key file, and restart them"));
    }

    private Optional<Delivered> delivered(List<String> problems) {
        try {
            return Rotator.look(target);
        } catch (DeliveryException e) {
            problems.add(e.getMessage());
            return Optional.empty();
        }
    }

    private record Round(List<NodeAnswer> answers, Instant began) {}

    /** As a run would find it if the nodes say the same when they are asked again. */
    private Outcome next(Situation now, Round round) {
        var plan = new RotationPlan(settings);
        var next = plan.next(now);
        if (next instanceof Next.Ask ask) {
            var agreed = List.of(round.answers, round.answers);
            next = plan.next(now.with(new Proof(ask.question(), round.began, agreed), now.now()));
        }
        if (next instanceof Next.Act act) {
            return Rotator.planned(act);
        }
        return next instanceof Next.Wait wait
                ? Rotator.wait(wait) : Rotator.rest((Next.Rest) next, now.ring());
    }
}
