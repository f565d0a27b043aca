package dev.keyturn.policy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Single values and lists of a YAML file, read by YAML 1.2's rules: {@code true} and {@code false} are booleans, and
 * the rest without quotes that is no number is text. What older YAML takes for a boolean ({@code yes}, {@code no}) is
 * an error here, as nobody knows which was meant. A wrong value is reported, and {@code null} in its place.
 */
record Values(Problems problems) {

    private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]{1,30}");
    private static final Pattern FRACTION = Pattern.compile("[-+]?[0-9]{1,30}\\.[0-9]{1,30}");
    private static final Set<String> OLD_BOOLEANS = Set.of("yes", "no", "on", "off");

    /** Text, a boolean or a number. */
    Object scalar(Node node) {
        if (!(node instanceof ScalarNode scalar)) {
            return wrong(node, "here must be a single value, not a " + (node instanceof SequenceNode ? "list" : "map"));
        }
        var text = scalar.getValue();
        if (scalar.getScalarStyle() != ScalarStyle.PLAIN) {
            return text;
        }
        if (OLD_BOOLEANS.contains(text.toLowerCase(Locale.ROOT))) {
            return wrong(node,
                    text + " could be text or a boolean: write \"" + text + "\" in quotes, or true or false");
        }
        if (text.isEmpty() || text.equals("~") || text.equals("null")) {
            return wrong(node, "here is nothing; leave the word out, or say something");
        }
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        if (WHOLE.matcher(text).matches()) {
            return ClaimValue.canonical(new BigInteger(text));
        }
        return FRACTION.matcher(text).matches() ? ClaimValue.canonical(Double.valueOf(text)) : text;
    }

    String text(Node node) {
        var value = scalar(node);
        return value == null || value instanceof String
                ? (String) value
                : (String) wrong(node, value + " must be text: write \"" + value + "\" in quotes");
    }

    Boolean flag(Node node) {
        var value = scalar(node);
        return value == null || value instanceof Boolean
                ? (Boolean) value
                : (Boolean) wrong(node, "\"" + value + "\" must be true or false");
    }

    /** The nodes of a list. */
    List<Node> list(Node node) {
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        wrong(node, "here must be a list");
        return List.of();
    }

    /** The nodes of a list, or the one node that stands in a list's place. */
    List<Node> oneOrMore(Node node) {
        if (!(node instanceof SequenceNode sequence)) {
            return List.of(node);
        }
        if (sequence.getValue().isEmpty()) {
            wrong(node, "this list is empty; leave the word out, or put something in");
        }
        return sequence.getValue();
    }

    List<String> texts(List<Node> nodes) {
        var texts = new ArrayList<String>();
        for (var node : nodes) {
            var text = text(node);
            if (text != null && texts.contains(text)) {
                wrong(node, "\"" + text + "\" stands here twice");
            } else if (text != null) {
                texts.add(text);
            }
        }
        return texts;
    }

    Object wrong(Node node, String sentence) {
        problems.add(node, sentence);
        return null;
    }
}
