package dev.keyturn.doctor;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.DevelopmentRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.NodeAnswer;
import dev.keyturn.rotation.NodesException;
import dev.keyturn.rotation.Probe;
import dev.keyturn.rotation.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Asks each of LiveKit's nodes which keys it accepts, and what time it is. Everybody's development key is asked about
 * too.
 */
public final class NodesCheckup implements Checkup {

    private static final Duration IN_STEP = Duration.ofSeconds(10);

    private final Probe probe;
    private final boolean publicly;
    private final List<SigningKey> keys;
    private final Set<ApiKey> unsure;
    private final Duration leeway;

    /**
     * @param publicly whether it is the name that clients use, behind which is any of them
     * @param keys   that LiveKit should accept; may be none
     * @param unsure those of them that a node may refuse for a while, as a rotation goes on
     * @param leeway beyond which LiveKit refuses what another clock made
     */
    NodesCheckup(Probe probe, boolean publicly, List<SigningKey> keys, Set<ApiKey> unsure, Duration leeway) {
        this.probe = probe;
        this.publicly = publicly;
        this.keys = keys;
        this.unsure = unsure;
        this.leeway = leeway;
    }

    @Override
    public String subject() {
        return "nodes";
    }

    @Override
    public List<Finding> look() {
        var asked = new ArrayList<>(keys);
        var development = new DevelopmentRing().read().orElseThrow().ring().active();
        if (keys.stream().noneMatch(key -> key.key().equals(development.key()))) {
            asked.add(development);
        }
        try {
            if (publicly) {
                return judgePublicly(probe.ask(asked), keys.stream().map(SigningKey::key).toList(), development.key(),
                        unsure);
            }
            return judge(probe.ask(asked), keys.stream().map(SigningKey::key).toList(), development.key(), unsure,
                    leeway);
        } catch (NodesException e) {
            return List.of(Finding.fault("nodes", e.getMessage(), "Name the nodes with --nodes or"
                    + " keyturn.rotation.nodes, such as http://livekit-nodes.livekit.svc:7880."));
        }
    }

    /** @param keys those asked about, without everybody's */
    static List<Finding> judge(List<NodeAnswer> nodes, List<ApiKey> keys, ApiKey development, Set<ApiKey> unsure,
            Duration leeway) {
        var findings = new ArrayList<Finding>();
        nodes.forEach(node -> findings.add(keys(node, keys, development, unsure)));
        if (nodes.size() > 1 && !keys.isEmpty()) {
            findings.add(agreement(nodes, keys, unsure));
        }
        nodes.forEach(node -> findings.add(clock(node, leeway)));
        return findings;
    }

    /** By the public name, clients and back-ends come to any of them. */
    static List<Finding> judgePublicly(List<NodeAnswer> ways, List<ApiKey> keys, ApiKey development,
            Set<ApiKey> unsure) {
        return ways.stream().map(way -> {
            var item = "way by " + way.node() + ": keys";
            return way.problem().isEmpty() ? known(item, way, keys, development, unsure,
                    "See what is said of the nodes: behind this name is one with another key_file, or another LiveKit.")
                    : Finding.fault(item, way.problem(), way.stranger()
                            ? "Let the proxy pass the Authorization header on to LiveKit, and nothing else answer there."
                            : "See what is said of its TLS, and that LiveKit runs behind it.");
        }).toList();
    }

    private static Finding keys(NodeAnswer node, List<ApiKey> keys, ApiKey development, Set<ApiKey> unsure) {
        var item = "node " + node.node() + ": keys";
        return node.problem().isEmpty() ? known(item, node, keys, development, unsure,
                "Give that node the same key_file as the others and restart it: LiveKit reads its keys only at its start."
                        + " If the secret is another there, the pair is mistyped.")
                : Finding.fault(item, node.problem(), node.stranger()
                        ? "Let --nodes (keyturn.rotation.nodes) name the nodes' own port 7880, without a proxy between."
                        : "See that LiveKit runs there and may be reached from here on its port (7880).");
    }

    private static Finding known(String item, NodeAnswer node, List<ApiKey> keys, ApiKey development,
            Set<ApiKey> unsure, String mend) {
        if (node.verdict(development) == Verdict.ACCEPTS) {
            return Finding.fault(item, "accepts LiveKit's public development key " + development
                    + ", with which anybody is an administrator",
                    "Start LiveKit without --dev and with a key_file of its own ('keyturn init --key-file').");
        }
        if (keys.isEmpty()) {
            return Finding.unseen(item, "refuses an unknown key, as it should; which it accepts is not known",
                    "Give its pairs with --key-file (or LIVEKIT_API_KEY and LIVEKIT_API_SECRET).");
        }
        var refused = keys.stream().filter(key -> node.verdict(key) != Verdict.ACCEPTS).toList();
        if (refused.isEmpty()) {
            return Finding.ok(item, "accepts " + Words.all(keys) + ", refuses an unknown key");
        }
        var found = "refuses " + Words.all(refused) + (refused.size() == keys.size() ? ""
                : ", accepts " + Words.all(keys.stream().filter(key -> !refused.contains(key)).toList()));
        return unsure.containsAll(refused)
                ? Finding.warning(item, found, "That is so for a while as a key comes or goes: 'keyturn status' says"
                        + " what it waits for. If it stays, restart that node on the delivered key file.")
                : Finding.fault(item, found, mend);
    }

    private static Finding agreement(List<NodeAnswer> nodes, List<ApiKey> keys, Set<ApiKey> unsure) {
        var differing = new LinkedHashSet<ApiKey>();
        keys.stream().filter(key -> nodes.stream().map(node -> node.verdict(key))
                .filter(verdict -> verdict != Verdict.UNKNOWN).distinct().count() > 1).forEach(differing::add);
        if (!differing.isEmpty() && unsure.containsAll(differing)) {
            return Finding.warning("nodes: agreement", "they do not agree on " + Words.all(List.copyOf(differing))
                    + ", which comes or goes", "While nodes restart one by one that is so. If it stays, 'keyturn status'"
                    + " names the node that lags behind: restart it.");
        }
        if (!differing.isEmpty()) {
            return Finding.fault("nodes: agreement", "they do not agree on " + Words.all(List.copyOf(differing)),
                    "Deliver one key_file to all nodes and restart those that have another: who is sent to the wrong"
                            + " node is turned away.");
        }
        return nodes.stream().allMatch(node -> node.problem().isEmpty())
                ? Finding.ok("nodes: agreement", Words.count(nodes.size(), "node") + " say the same to "
                        + Words.count(keys.size(), "key"))
                : Finding.unseen("nodes: agreement", "not all nodes could be asked", "Mend what is said of them above.");
    }

    private static Finding clock(NodeAnswer node, Duration leeway) {
        var item = "node " + node.node() + ": clock";
        if (node.ahead().isEmpty()) {
            return Finding.unseen(item, "it did not say what time it is", "Mend what is said of its keys first.");
        }
        var ahead = node.ahead().get();
        if (ahead.abs().compareTo(IN_STEP) <= 0) {
            return Finding.ok(item, Words.seconds(ahead) + " from this machine's");
        }
        var found = Words.span(ahead.abs()) + (ahead.isNegative() ? " behind" : " ahead of") + " this machine's";
        return ahead.abs().compareTo(leeway) > 0
                ? Finding.fault(item, found, "Set the clock that is wrong (NTP): LiveKit refuses tokens whose times are"
                        + " more than 60 s off, and rotation stops.")
                : Finding.warning(item, found, "Let NTP keep both clocks: from 60 s on LiveKit refuses good tokens.");
    }
}
