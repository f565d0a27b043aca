package dev.keyturn.rotation.model;

import dev.keyturn.rotation.model.World.Ending;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** Makes a history that breaks an invariant short enough to read: leaves out of its script what it breaks without. */
final class Shrinker {

    private final Setup setup;
    private final Mutant mutant;
    private final ExecutorService threads;

    Shrinker(long seed, Mutant mutant, ExecutorService threads) {
        this.setup = Setup.of(seed);
        this.mutant = mutant;
        this.threads = threads;
    }

    /** The history, a line for each event. */
    String shortest() {
        var script = Script.of(setup);
        var breaks = live(script, false).breach().orElseThrow().invariant();
        for (int part = script.size() / 2; part > 0; part /= 2) {
            for (int from = 0; from < script.size();) {
                var shorter = new ArrayList<>(script.subList(0, from));
                shorter.addAll(script.subList(Math.min(from + part, script.size()), script.size()));
                var breach = live(shorter, false).breach();
                if (breach.filter(found -> found.invariant() == breaks).isPresent()) {
                    script = shorter;
                } else {
                    from += part;
                }
            }
        }
        var lines = new ArrayList<>(List.of("", setup + (mutant == Mutant.NONE ? "" : " " + mutant)));
        lines.addAll(live(script, true).lines());
        lines.add("Again: -Dtest=RotationModelTest -Dkeyturn.model.seed=" + setup.seed());
        return String.join("\n", lines);
    }

    private Ending live(List<Action> script, boolean traced) {
        return World.live(setup, script, mutant, threads, traced);
    }
}
