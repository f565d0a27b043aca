package dev.keyturn.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.yaml.snakeyaml.nodes.Node;

/** What is wrong with a policy file, collected so that it can all be put right at once. */
final class Problems {

    private record Problem(int line, String sentence) {}

    private final String file;
    private final List<Problem> problems = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void add(Node at, String sentence) {
        add(at.getStartMark().getLine() + 1, sentence);
    }

    /** @param line from 1 */
    void add(int line, String sentence) {
        problems.add(new Problem(line, sentence));
    }

    int count() {
        return problems.size();
    }

    void throwIfAny() {
        if (!problems.isEmpty()) {
            throw new PolicyException(problems.stream()
                    .sorted(Comparator.comparingInt(Problem::line))
                    .map(problem -> file + ":" + problem.line() + ": " + problem.sentence())
                    .toList());
        }
    }
}
