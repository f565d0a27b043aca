package dev.keyturn.rotation.model;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.model.FileText.Version;
import dev.keyturn.rotation.model.Setup.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/** LiveKit's nodes and how a delivered file comes to them: all at once on a disk, each at its own next start. */
final class Cluster implements FileText.LiveKit {

    private final Setup setup;
    private final Simulation time;
    private final Trace trace;
    private final Consumer<Node> watch;
    private final List<Node> nodes = new ArrayList<>();
    private Set<ApiKey> lastOfOurs;
    /** What the nodes would start on. */
    private Version file;
    private long restartedOn;
    private Instant restartEnds = Instant.MIN;
    private Instant lagUntil = Instant.MIN;
    private int made;

    /** @param watch told of a node that has other keys or serves again */
    Cluster(Setup setup, Version first, Simulation time, Trace trace, Consumer<Node> watch) {
        this.setup = setup;
        this.time = time;
        this.trace = trace;
        this.watch = watch;
        this.file = first;
        this.restartedOn = first.revision();
        this.lastOfOurs = first.keys().orElseThrow().keySet();
        for (int i = 0; i < setup.nodes(); i++) {
            add();
        }
    }

    List<Node> nodes() {
        return nodes;
    }

    Node node(int which) {
        return nodes.get(which % nodes.size());
    }

    void add() {
        var node = new Node("node " + ++made);
        nodes.add(node);
        start(node);
    }

    void remove(int which) {
        if (nodes.size() > 1) {
            nodes.remove(which % nodes.size());
        }
    }

    void lag(Duration lasts) {
        lagUntil = time.now().plus(lasts);
    }

    @Override
    public void written(Version version, boolean byRotator) {
        if (!version.byHand()) {
            lastOfOurs = version.keys().orElseThrow().keySet();
        }
        if (setup.delivery() == Delivery.LAGGING) {
            time.after(Duration.ofSeconds(10 + luck(version).nextInt(300)), () -> seen(version));
        } else {
            file = version;
        }
    }

    /** The file reaches the nodes' disks, and never an older one after a newer. */
    private void seen(Version version) {
        if (time.now().isBefore(lagUntil)) {
            time.at(lagUntil, () -> seen(version));
        } else if (version.revision() > file.revision()) {
            file = version;
            restartAll();
        }
    }

    @Override
    public void restart() {
        if (setup.delivery() == Delivery.RESTARTED) {
            restartedOn = file.revision();
            restartAll();
        }
    }

    @Override
    public Restart restarted() {
        if (setup.delivery() == Delivery.LAGGING) {
            return Restart.DONE;
        }
        if (restartedOn != file.revision()) {
            return Restart.DUE;
        }
        return time.now().isBefore(restartEnds) ? Restart.UNDER_WAY : Restart.DONE;
    }

    private Random luck(Version version) {
        return Setup.random(setup.seed(), "file", version.revision());
    }

    /** One by one; one that is late says nothing of it to whoever looks at the restart. */
    void restartAll() {
        var luck = luck(file);
        for (var node : List.copyOf(nodes)) {
            var at = time.now().plusSeconds(20 + luck.nextInt(200));
            restartEnds = restartEnds.isBefore(at) ? at : restartEnds;
            time.at(at, () -> startWhenItMay(node));
        }
    }

    private void startWhenItMay(Node node) {
        if (time.now().isBefore(node.lateUntil)) {
            time.at(node.lateUntil, () -> startWhenItMay(node));
        } else {
            start(node);
        }
    }

    void start(Node node) {
        if (nodes.contains(node)) {
            node.start(file, lastOfOurs);
            trace.add(node.name, () -> "starts on " + file.keys().map(keys -> keys.keySet().toString())
                    .orElse("nothing: it cannot read the key file"));
            watch.accept(node);
        }
    }

    void goBack(Node node) {
        node.goBack();
        trace.add(node.name, () -> "comes back with the old " + node.keys().keySet());
        watch.accept(node);
    }

    void becomes(Node node, Node.Mode mode, Duration lasts) {
        node.becomes(mode, time.now().plus(lasts));
        time.after(lasts, () -> {
            if (mode == Node.Mode.DOWN) {
                start(node);
            }
            watch.accept(node);
        });
    }

    /** All faults are over: every node runs, on what is there. */
    void heal(Version delivered) {
        lagUntil = time.now();
        while (nodes.size() < setup.minNodes()) {
            add();
        }
        file = delivered;
        nodes.forEach(node -> {
            node.lateUntil = time.now();
            node.becomes(Node.Mode.FINE, time.now());
        });
        List.copyOf(nodes).forEach(this::start);
    }
}
