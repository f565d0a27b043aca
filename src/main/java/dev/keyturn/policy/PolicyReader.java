package dev.keyturn.policy;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.Node;

/** Reads the two lists of a policy file, strictly: what it does not understand is a problem. */
final class PolicyReader {

    /** The words at the top of the file. */
    static final List<String> WORDS = List.of("rules", "credentials");

    private final Problems problems;
    private final ClaimHash hash;
    private final List<Rule> rules = new ArrayList<>();
    private final List<CredentialsRule> credentials = new ArrayList<>();

    PolicyReader(Problems problems, ClaimHash hash) {
        this.problems = problems;
        this.hash = hash;
    }

    /** Once. */
    void read(String text) {
        var root = compose(text);
        if (root == null) {
            return;
        }
        var file = new Section(root, problems, "a policy", WORDS);
        if (!file.has("rules") && !file.has("credentials") && problems.count() == 0) {
            problems.add(root, "there are no rules; a policy begins with \"rules:\"");
        }
        var lines = new HashMap<String, Integer>();
        for (var node : file.list("rules")) {
            add(new RuleReader(problems, hash).read(node, rules.size()), rules);
            checkName(node, lines);
        }
        for (var node : file.list("credentials")) {
            add(new CredentialsReader(problems, hash).read(node), credentials);
            checkName(node, lines);
        }
        Reachability.check(rules, problems);
        Reachability.checkCredentials(credentials, problems);
    }

    private static <R extends AnyRule> void add(R rule, List<R> rules) {
        if (rule != null) {
            rules.add(rule);
        }
    }

    /** Those that nothing is wrong with; look at the problems before using them. */
    List<Rule> rules() {
        return rules;
    }

    /** As {@link #rules()}. */
    List<CredentialsRule> credentials() {
        return credentials;
    }

    /** Also for rules that have other problems, and without reporting those again. */
    private void checkName(Node node, Map<String, Integer> lines) {
        var name = new Section(node, new Problems("")).text("name").orElse("");
        var earlier = lines.putIfAbsent(name, node.getStartMark().getLine() + 1);
        if (earlier != null && !name.isEmpty()) {
            problems.add(node, "the rule on line " + earlier + " has the name " + name + " already");
        }
    }

    private Node compose(String text) {
        var yaml = new Yaml(new LoaderOptions());
        try {
            for (var event : yaml.parse(new StringReader(text))) {
                checkPlain(event);
            }
            if (problems.count() > 0) {
                return null;
            }
            var root = yaml.compose(new StringReader(text));
            if (root == null) {
                problems.add(1, "the file is empty; a policy begins with \"rules:\"");
            }
            return root;
        } catch (MarkedYAMLException wrong) {
            int line = wrong.getProblemMark() == null ? 1 : wrong.getProblemMark().getLine() + 1;
            problems.add(line,
                    "this is not YAML: " + String.valueOf(wrong.getProblem()).lines().findFirst().orElse(""));
        } catch (YAMLException wrong) {
            problems.add(1, "this is not YAML: " + String.valueOf(wrong.getMessage()).lines().findFirst().orElse(""));
        }
        return null;
    }

    /** No anchors and tags: a rule can be read where it stands, and a small file stays small. */
    private void checkPlain(Event event) {
        int line = event.getStartMark() == null ? 1 : event.getStartMark().getLine() + 1;
        boolean anchored = event instanceof NodeEvent node && node.getAnchor() != null;
        if (anchored || event instanceof AliasEvent) {
            problems.add(line, "anchors (&) and aliases (*) are not read here: write it out, and put quotes around text"
                    + " that begins with * or &");
        }
        var tag = event instanceof ScalarEvent scalar ? scalar.getTag()
                : event instanceof CollectionStartEvent start ? start.getTag() : null;
        if (tag != null && !tag.equals("!")) {
            problems.add(line, "tags (!) are not read here: put quotes around text that begins with !");
        }
    }
}
