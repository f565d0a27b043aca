package dev.keyturn.rotation.model;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.model.RotatorRun.Hiccup;
import dev.keyturn.rotation.model.RotatorRun.Kind;
import dev.keyturn.rotation.model.RotatorRun.What;
import dev.keyturn.rotation.model.Traffic.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Draws from a seed who does what and what breaks when. */
final class Script {

    private static final Duration LONGEST_SLEEP = Duration.ofHours(2);

    private final Setup setup;
    private final Random luck;
    private final List<Action> actions = new ArrayList<>();

    private Script(Setup setup) {
        this.setup = setup;
        this.luck = Setup.random(setup.seed(), "script");
    }

    static List<Action> of(Setup setup) {
        var script = new Script(setup);
        script.rotators();
        script.operators();
        script.faults();
        script.actions.sort(Comparator.comparing(Action::at));
        return script.actions;
    }

    private void rotators() {
        var before = new ArrayList<Duration>();
        for (int i = 1; i <= setup.rotators(); i++) {
            var mine = new ArrayList<Duration>();
            for (var at = minutes(10); at.compareTo(World.TROUBLED) < 0; at = at.plus(minutes(20))) {
                mine.add(at);
                run(at, "rotator " + i, Kind.DUE, luck.nextInt(8) == 0);
            }
            for (var at : before) { // and now and then at the same moment as another
                if (luck.nextInt(4) == 0) {
                    run(at.plusMillis(luck.nextInt(500)), "rotator " + i, Kind.DUE, luck.nextInt(8) == 0);
                }
            }
            before.addAll(mine);
        }
    }

    private void operators() {
        for (int i = luck.nextInt(12); i > 0; i--) {
            var kind = Kind.values()[luck.nextInt(Kind.values().length)];
            var at = moment();
            if (kind == Kind.COMPROMISED && luck.nextBoolean()) { // and somebody in a hurry lends a hand
                edit(at.plus(minutes(30)), luck.nextInt(12));
            }
            for (int together = 1 + luck.nextInt(2); together > 0; together--) {
                run(at.plusMillis(luck.nextInt(1000)), "operator " + together, kind, luck.nextInt(3) == 0);
            }
        }
    }

    private void run(Duration at, String who, Kind kind, boolean troubled) {
        var hiccups = new ArrayList<Hiccup>();
        for (int i = troubled ? 1 + luck.nextInt(2) : 0; i > 0; i--) {
            hiccups.add(new Hiccup(1 + luck.nextInt(6), luck.nextBoolean(),
                    What.values()[luck.nextInt(What.values().length)], lasts(LONGEST_SLEEP)));
        }
        var which = luck.nextInt(12);
        actions.add(new Action(at, who + " runs " + kind, true, world ->
                RotatorRun.start(new RotatorRun(world, who, kind, hiccups, Setup.PERIOD), which)));
    }

    private void faults() {
        for (int i = luck.nextInt(4) == 0 ? 0 : luck.nextInt(40); i > 0; i--) {
            fault();
        }
        if (luck.nextInt(4) == 0) { // once at most: who saw no file cannot tell one absence from the next
            add("someone takes the key file away", world -> world.file.put(null, true));
        }
    }

    private void fault() {
        var which = luck.nextInt(12);
        var lasts = lasts(Duration.ofHours(4));
        switch (luck.nextInt(13)) {
            case 0 -> add("the store is down for " + lasts, world ->
                    world.down(lasts, Call.RING_READ, Call.RING_WRITE, Call.RING_DESTROY));
            case 1 -> add("the target is down for " + lasts, world -> world.down(
                    lasts, Call.FILE_READ, Call.FILE_WRITE, Call.FILE_RESTART, Call.FILE_DESTROY));
            case 2 -> add("the nodes' name is unknown for " + lasts, world -> world.down(lasts, Call.ASK));
            case 3, 4 -> {
                var cut = lasts.multipliedBy(2);
                add("a replica is cut off from the store for " + cut, world ->
                        world.replicas.get(which % world.replicas.size()).cut(world.time.now().plus(cut)));
            }
            case 5 -> add("a replica restarts", world -> world.replicas.get(which % world.replicas.size()).restart());
            case 6, 7 -> {
                var mode = Node.Mode.values()[luck.nextInt(Node.Mode.values().length)];
                onNode(which, "is " + mode + " for " + lasts, (world, node) ->
                        world.cluster.becomes(node, mode, lasts));
            }
            case 8 -> onNode(which, "will restart late, by " + lasts, (world, node) ->
                    node.lateUntil = world.time.now().plus(lasts));
            case 9 -> ofNodes(which, lasts);
            case 10 -> add("the file reaches the nodes " + lasts + " late", world -> world.cluster.lag(lasts));
            case 11 -> edit(moment(), which);
            default -> {
                var who = List.of("rotator 1", "rotator 2", "replica 1", "node 1", "store", "target").get(which % 6);
                var ahead = Duration.ofSeconds(luck.nextInt(61));
                add("the clock of " + who + " is set to " + ahead + " ahead", world -> world.setClock(who, ahead));
            }
        }
    }

    private void ofNodes(int which, Duration lasts) {
        switch (luck.nextInt(4)) {
            case 0 -> add("a node is added", world -> world.cluster.add());
            case 1 -> add("a node is removed", world -> world.cluster.remove(which));
            case 2 -> onNode(which, "restarts", (world, node) -> world.cluster.start(node));
            default -> onNode(which, "is put back", (world, node) -> {
                world.cluster.goBack(node);
                world.time.after(lasts, () -> world.cluster.start(node));
            });
        }
    }

    /** What people do to a key file. */
    private void edit(Duration at, int which) {
        switch (luck.nextInt(5)) {
            case 0 -> edited(at, "breaks the key file", text -> text + "\n: nonsense [\n");
            case 1 -> edited(at, "takes a key out of the key file", text -> {
                var lines = new ArrayList<>(text.lines().toList());
                if (!lines.isEmpty()) {
                    lines.remove(lines.size() - 1 - which % lines.size());
                }
                return String.join("\n", lines) + "\n";
            });
            case 2 -> edited(at, "adds a key to the key file", text -> text + "Kother: " + "x".repeat(40) + "\n");
            case 3 -> edited(at, "turns the key file around", text -> readable(text).map(file -> {
                var turned = new LinkedHashMap<ApiKey, ApiSecret>();
                var keys = new ArrayList<>(file.pairs().keySet());
                Collections.reverse(keys);
                keys.forEach(key -> turned.put(key, file.pairs().get(key)));
                return new KeyFile(file.header(), turned).text();
            }).orElse(text));
            default -> edited(at, "takes the first line off the key file",
                    text -> text.substring(text.indexOf('\n') + 1));
        }
    }

    private static Optional<KeyFile> readable(String text) {
        try {
            return Optional.of(KeyFile.read(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private void edited(Duration at, String what, UnaryOperator<String> edit) {
        add(at, "someone " + what, world -> {
            var text = world.file.current().text();
            if (text != null) {
                world.file.put(edit.apply(text), true);
            }
        });
    }

    private interface OnNode {
        void does(World world, Node node);
    }

    private void onNode(int which, String what, OnNode effect) {
        add("node no. " + which + " " + what, world -> effect.does(world, world.cluster.node(which)));
    }

    private void add(String what, Consumer<World> effect) {
        add(moment(), what, effect);
    }

    private void add(Duration at, String what, Consumer<World> effect) {
        actions.add(new Action(at, what, false, effect));
    }

    private Duration moment() {
        return Duration.ofMillis(luck.nextInt((int) World.TROUBLED.toMillis()));
    }

    private Duration minutes(int most) {
        return Duration.ofSeconds(60 + luck.nextInt(most * 60));
    }

    /** Often short, and sometimes very long. */
    private Duration lasts(Duration most) {
        var part = luck.nextDouble();
        return Duration.ofSeconds(1 + (long) (most.toSeconds() * part * part * part));
    }
}
