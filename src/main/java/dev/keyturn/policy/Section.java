package dev.keyturn.policy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/** A map of the YAML file: which words it may hold is known, and each stands there once at most. */
final class Section {

    private final Node node;
    private final Values values;
    private final Map<String, Node> entries = new LinkedHashMap<>();

    /** Any keys. */
    Section(Node node, Problems problems) {
        this.node = node;
        this.values = new Values(problems);
        if (!(node instanceof MappingNode map)) {
            values.wrong(node, "here must be a map, words with a colon each");
            return;
        }
        for (var entry : map.getValue()) {
            var key = values.text(entry.getKeyNode());
            if (key != null && entries.putIfAbsent(key, entry.getValueNode()) != null) {
                values.wrong(entry.getKeyNode(), "\"" + key + "\" stands here twice");
            }
        }
    }

    /** @param what the section is called in a sentence: "a rule" */
    Section(Node node, Problems problems, String what, List<String> words) {
        this(node, problems);
        entries.forEach((key, value) -> {
            if (!words.contains(key)) {
                values.wrong(value, "\"" + key + "\" is not a word of " + what + Spelling.hint(key, words));
            }
        });
    }

    Node node() {
        return node;
    }

    Map<String, Node> entries() {
        return entries;
    }

    boolean has(String word) {
        return entries.containsKey(word);
    }

    Node get(String word) {
        return entries.get(word);
    }

    /** What {@code reading} makes of a word's value; empty if the word is not there or its value is wrong. */
    <T> Optional<T> read(String word, Function<Node, T> reading) {
        return Optional.ofNullable(entries.get(word)).map(reading);
    }

    Optional<String> text(String word) {
        return read(word, values::text);
    }

    Optional<Boolean> flag(String word) {
        return read(word, values::flag);
    }

    /** A list of texts, or one text. */
    List<String> texts(String word) {
        return read(word, value -> values.texts(values.oneOrMore(value))).orElse(List.of());
    }

    /** The nodes of a list. */
    List<Node> list(String word) {
        return read(word, values::list).orElse(List.of());
    }
}
