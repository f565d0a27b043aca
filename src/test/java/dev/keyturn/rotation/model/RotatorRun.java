package dev.keyturn.rotation.model;

import dev.keyturn.TestClock;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.rotation.Intent;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.Outcome;
import dev.keyturn.rotation.Probe;
import dev.keyturn.rotation.Rotator;
import dev.keyturn.rotation.model.Checker.Invariant;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** One run of the real rotator, in a process of its own that may sleep, crash or lose an answer at each call. */
final class RotatorRun implements Traffic {

    /** What is asked of it. */
    enum Kind { DUE, NOW, ABORT, COMPROMISED, DRY_RUN }

    /** What happens at a call. */
    enum What { CRASHES, SLEEPS, FAILS }

    /**
     * @param call   the how manieth of the run
     * @param before whether before what the call does or after it
     */
    record Hiccup(int call, boolean before, What what, Duration sleep) {

        @Override
        public String toString() {
            return what + (what == What.SLEEPS ? " " + sleep : "") + (before ? " before" : " after") + " call " + call;
        }
    }

    final World world;
    private final String who;
    private final Kind kind;
    private final List<Hiccup> hiccups;
    private final Random luck;
    private final Rotator rotator;
    private Simulation.Actor process;
    private int calls;

    RotatorRun(World world, String who, Kind kind, List<Hiccup> hiccups, Duration period) {
        this.world = world;
        this.who = who;
        this.kind = kind;
        this.hiccups = hiccups;
        this.luck = Setup.random(world.setup.seed(), who, world.time.now().toString());
        var mutant = world.mutant;
        var clock = world.clock(who);
        var nodes = new Asked(world.cluster, () -> world.file.current().keys().orElse(Map.of()), world::clock, clock,
                world.time, this);
        this.rotator = new Rotator(mutant.store(world.ring.as(this)),
                world.hasTarget() ? Optional.of(mutant.target(world.file.as(this))) : Optional.empty(),
                new Probe(mutant.nodes(nodes, world), clock), mutant.settings(world.setup.settings(period)),
                world::newKey, clock, this::sleep);
    }

    /** Where nothing goes wrong any more, and no new turn is due, so that there is an end. */
    static void healthy(World world) {
        start(new RotatorRun(world, "the last", Kind.DUE, List.of(), Duration.ofDays(365)), 0);
    }

    static void start(RotatorRun run, int which) {
        if (run.world.running.add(run.who)) {
            run.world.time.start(process -> run.live(process, which));
        }
    }

    KeyFile keyFile() throws KeyRingStoreException {
        return rotator.keyFile();
    }

    private void live(Simulation.Actor process, int which) {
        this.process = process;
        try {
            tell(rotator.run(intent(which), this::hear));
        } catch (Crash crash) {
            world.trace.add(who, () -> "crashes at call " + calls);
        } catch (RuntimeException e) {
            world.checker.broken(Invariant.GOES_ON, "a run threw " + e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            world.running.remove(who);
        }
    }

    private Intent intent(int which) {
        if (kind != Kind.DUE) {
            world.trace.add(who, () -> "is asked for " + kind + hiccups);
        }
        var key = Optional.<ApiKey>empty();
        if (kind == Kind.COMPROMISED) {
            var keys = world.ring.ring().keys();
            key = Optional.of(keys.get(which % keys.size()).key());
            world.checker.calledCompromised(key.get());
        }
        return new Intent(kind == Kind.NOW, kind == Kind.ABORT, key, kind == Kind.DRY_RUN);
    }

    private void hear(String sentence) {
        if (sentence.endsWith("is marked as compromised")) {
            var key = new ApiKey(sentence.split(" ")[1]);
            var healthyFrom = TestClock.START.plus(World.TROUBLED);
            world.trace.add(who, () -> sentence);
            world.checker.toldCompromised(key, world.time.now().isBefore(healthyFrom) ? healthyFrom : world.time.now());
        }
    }

    private void tell(Outcome outcome) {
        if (outcome.kind() != Outcome.Kind.NOTHING && outcome.kind() != Outcome.Kind.HOLDING) {
            world.trace.addOnce(who, () -> outcome.kind() + " " + outcome.step() + ": " + outcome.sentence());
        }
    }

    @Override
    public void before(Call call) throws Trouble {
        calls++;
        sleep(Duration.ofMillis(20 + luck.nextInt(400)));
        hiccup(call, true);
        if (world.isDown(call)) {
            throw new Trouble();
        }
        world.writerIsAsked = kind == Kind.NOW;
    }

    @Override
    public void after(Call call) throws Trouble {
        hiccup(call, false);
        sleep(Duration.ofMillis(20 + luck.nextInt(400)));
    }

    private void hiccup(Call call, boolean before) throws Trouble {
        for (var hiccup : hiccups) {
            if (hiccup.call == calls && hiccup.before == before) {
                world.trace.add(who, () -> hiccup + " (" + call + ")");
                switch (hiccup.what) {
                    case CRASHES -> throw new Crash();
                    case FAILS -> throw new Trouble();
                    case SLEEPS -> sleep(hiccup.sleep);
                }
            }
        }
    }

    private void sleep(Duration time) {
        if (process != null) {
            process.sleep(time);
        }
    }
}
