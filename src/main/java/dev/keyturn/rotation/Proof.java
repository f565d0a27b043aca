package dev.keyturn.rotation;

import dev.keyturn.keys.ApiKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What all nodes were asked, and what they said, twice: a node behind a balancer, or one that is just being restarted,
 * may say yes once.
 *
 * @param question what it was about
 * @param began    when the first round began
 * @param rounds   the nodes' answers, in the order of asking; one round alone proves nothing
 */
public record Proof(Question question, Instant began, List<List<NodeAnswer>> rounds) {

    private static final int ROUNDS = 2;

    /**
     * What every node has to say.
     *
     * @param accepted the keys that it must accept
     * @param refused  the keys that it must refuse
     */
    public record Question(Set<ApiKey> accepted, Set<ApiKey> refused) {}

    /**
     * Why it is not proven.
     *
     * @param sentence names the node
     * @param mayPass  whether a restart that is under way explains it; if not, someone has to do something
     */
    public record Doubt(String sentence, boolean mayPass) {}

    /**
     * All that keeps this from being proven; empty if it is.
     *
     * @param minNodes fewer nodes than this prove nothing
     * @param leeway   how much a node's clock may differ from ours: tokens, and waits, are right no longer beyond it
     */
    public List<Doubt> doubts(int minNodes, Duration leeway) {
        var doubts = doubtsSoFar(minNodes, leeway);
        return doubts.isEmpty() && rounds.size() < ROUNDS
                ? List.of(new Doubt("the nodes were asked only once", true)) : doubts;
    }

    /** As {@link #doubts}, whether they were asked often enough or not. */
    List<Doubt> doubtsSoFar(int minNodes, Duration leeway) {
        var doubts = new ArrayList<Doubt>();
        rounds.forEach(round -> {
            if (round.size() < minNodes) {
                doubts.add(new Doubt("there are " + round.size() + " nodes where at least " + minNodes
                        + " are expected (keyturn.rotation.min-nodes)", true));
            }
            round.forEach(answer -> doubts.addAll(doubts(answer, leeway)));
        });
        var seen = rounds.stream().map(Proof::nodes).collect(Collectors.toSet());
        if (seen.size() > 1) {
            doubts.add(new Doubt("the nodes changed while they were asked: " + seen, true));
        }
        return doubts.stream().distinct().toList();
    }

    private List<Doubt> doubts(NodeAnswer answer, Duration leeway) {
        var node = "node " + answer.node() + " ";
        var doubts = new ArrayList<Doubt>();
        if (!answer.problem().isEmpty()) {
            doubts.add(new Doubt(node + answer.problem(), !answer.stranger()));
            return doubts;
        }
        answer.ahead().filter(ahead -> ahead.abs().compareTo(leeway) > 0).ifPresent(ahead -> doubts.add(
                new Doubt(node + "has a clock that is " + ahead.abs().toSeconds() + " s "
                        + (ahead.isNegative() ? "behind" : "ahead of") + " this machine's: set the one that is wrong",
                        false)));
        question.accepted.stream().filter(key -> answer.verdict(key) != Verdict.ACCEPTS)
                .forEach(key -> doubts.add(new Doubt(node + "refuses key " + key, true)));
        question.refused.stream().filter(key -> answer.verdict(key) != Verdict.REFUSES)
                .forEach(key -> doubts.add(new Doubt(node + "still accepts key " + key, true)));
        return doubts;
    }

    private static Set<String> nodes(List<NodeAnswer> round) {
        return round.stream().map(NodeAnswer::node).collect(Collectors.toCollection(TreeSet::new));
    }
}
