package dev.keyturn.policy;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/** Reads text with claims in it. */
record TemplateReader(Problems problems, ClaimHash hash) {

    Template text(Node node) {
        var text = new Values(problems).text(node);
        return text == null ? null : parsed(node, text, Function.identity());
    }

    /**
     * {@code null} if there is something wrong with the braces, or {@code then} finds something wrong with the
     * template.
     */
    <T> T parsed(Node node, String text, Function<Template, T> then) {
        try {
            return then.apply(Template.parse(text, hash));
        } catch (IllegalArgumentException wrong) {
            problems.add(node, wrong.getMessage());
            return null;
        }
    }

    Metadata metadata(Node node) {
        if (!(node instanceof MappingNode)) {
            var text = text(node);
            return text == null ? null : new Metadata.Text(text);
        }
        var members = new LinkedHashMap<String, Object>();
        new Section(node, problems).entries().forEach((name, value) -> {
            var member = new Values(problems).scalar(value);
            members.put(name, member instanceof String text ? parsed(value, text, Function.identity()) : member);
        });
        return new Metadata.Json(members);
    }

    Map<String, Template> texts(Node node) {
        var templates = new HashMap<String, Template>();
        new Section(node, problems).entries().forEach((key, value) -> {
            var template = text(value);
            if (template != null) {
                templates.put(key, template);
            }
        });
        return templates;
    }
}
