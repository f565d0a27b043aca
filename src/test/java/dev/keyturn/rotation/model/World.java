package dev.keyturn.rotation.model;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.model.Checker.Breach;
import dev.keyturn.rotation.model.Setup.Delivery;
import dev.keyturn.rotation.model.Traffic.Call;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/** All that takes part in one history, and the history itself: a script of faults and runs, then health. */
final class World {

    /** How long things go wrong, and how long they then have to come to rest: whoever slept wakes up, and two holds. */
    static final Duration TROUBLED = Duration.ofHours(12);
    private static final Duration HEALTHY = Duration.ofHours(10);

    final Setup setup;
    final Mutant mutant;
    final Simulation time;
    final Trace trace;
    final RingText ring;
    final FileText file;
    final Cluster cluster;
    final Checker checker;
    final List<Replica> replicas = new ArrayList<>();
    final Set<String> running = new HashSet<>();
    private final Map<String, Duration> skews = new HashMap<>();
    private final Map<Call, Instant> downUntil = new EnumMap<>(Call.class);
    private int made;
    /** Whether whoever writes the ring now was asked for a turn. */
    boolean writerIsAsked;

    /** How a history came out. */
    record Ending(Optional<Breach> breach, List<String> lines) {}

    private World(Setup setup, Mutant mutant, Simulation time, boolean traced) {
        this.setup = setup;
        this.mutant = mutant;
        this.time = time;
        this.trace = new Trace(traced, time);
        this.checker = new Checker(this);
        var first = KeyRing.first(newKey(TestClock.START), TestClock.START);
        var text = KeyFile.of(first, TestClock.START).text();
        ring = new RingText(first, clock("store"));
        ring.watch((before, after) -> checker.ringWritten(before, after, writerIsAsked));
        file = new FileText(setup.imported() ? text.substring(text.indexOf('\n') + 1) : text, setup.imported(),
                clock("target"));
        cluster = new Cluster(setup, file.current(), time, trace, this::nodeChanged);
        file.readBy(new FileText.LiveKit() {
            @Override
            public void written(FileText.Version version, boolean byRotator) {
                if (byRotator) {
                    checker.fileDelivered(version);
                }
                cluster.written(version, byRotator);
            }

            @Override
            public void restart() {
                cluster.restart();
            }

            @Override
            public Delivered.Restart restarted() {
                return cluster.restarted();
            }
        });
    }

    /** Lives through a script. */
    static Ending live(Setup setup, List<Action> script, Mutant mutant, ExecutorService threads, boolean traced) {
        try (var time = new Simulation(TestClock.START, threads)) {
            var world = new World(setup, mutant, time, traced);
            world.live(script);
            return new Ending(world.checker.breach(), world.trace.lines());
        }
    }

    private void live(List<Action> script) {
        for (int i = 1; i <= setup.replicas(); i++) {
            replicas.add(new Replica("replica " + i, this));
        }
        for (var action : script) {
            time.after(action.at(), () -> {
                if (!action.isRun()) {
                    trace.add("", action::what);
                }
                action.effect().accept(this);
            });
        }
        if (!hasTarget()) {
            human();
        }
        var healthy = TestClock.START.plus(TROUBLED);
        time.run(healthy);
        if (checker.breach().isEmpty()) {
            heal();
            for (var wait = Duration.ZERO; wait.compareTo(HEALTHY) < 0; wait = wait.plusMinutes(5)) {
                time.after(wait, () -> RotatorRun.healthy(this));
            }
            time.run(healthy.plus(HEALTHY));
        }
        if (checker.breach().isEmpty()) {
            checker.ended();
        }
    }

    private void heal() {
        trace.add("", () -> "all faults are over");
        downUntil.clear();
        replicas.forEach(replica -> replica.cut(time.now()));
        if (hasTarget() && file.current().text() != null && !file.current().text().startsWith("# Keyturn")) {
            file.put(null, true); // whoever looks after it takes a file away that is nobody's
        }
        cluster.heal(file.current());
    }

    boolean hasTarget() {
        return setup.delivery() != Delivery.BY_HAND;
    }

    /** Where nothing delivers: someone asks Keyturn for the file now and then, and puts it in place with care. */
    private void human() {
        try {
            var wanted = new RotatorRun(this, "operator", RotatorRun.Kind.DUE, List.of(), Setup.PERIOD).keyFile();
            if (!file.current().keys().equals(Optional.of(wanted.pairs()))) {
                file.put(wanted.text(), false);
                cluster.restartAll();
            }
        } catch (KeyRingStoreException e) {
            trace.add("operator", e::getMessage);
        }
        time.after(Duration.ofMinutes(10), this::human);
    }

    private void nodeChanged(Node node) {
        if (cluster != null && cluster.nodes().contains(node)) {
            replicas.forEach(Replica::sign);
            checker.nodeChanged(node);
        }
    }

    /** Names that are easy to read in a history. */
    SigningKey newKey(Instant now) {
        return TestKeys.staged("K" + ++made, now);
    }

    /** Whether anybody ever had this key. */
    boolean knows(ApiKey key) {
        return key.value().startsWith("K");
    }

    void down(Duration lasts, Call... calls) {
        for (var call : calls) {
            downUntil.put(call, time.now().plus(lasts));
        }
    }

    boolean isDown(Call call) {
        return time.now().isBefore(downUntil.getOrDefault(call, Instant.MIN));
    }

    void setClock(String who, Duration ahead) {
        skews.put(who, ahead);
    }

    /** Each is up to a minute ahead, so no two are further apart; a few stand at the very ends. */
    private Duration skew(String who) {
        return skews.computeIfAbsent(who, name -> {
            var luck = Setup.random(setup.seed(), "clock", name);
            return Duration.ofSeconds(Math.max(0, Math.min(60, luck.nextInt(120) - 30)));
        });
    }

    Clock clock(String who) {
        return new Clock() {
            @Override
            public Instant instant() {
                return time.now().plus(skew(who));
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
    }
}
