package dev.keyturn.kit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.servers.Kustomize;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What is in folders of k8s/, as {@code kubectl apply -k} would send it. */
final class Manifests {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<JsonNode> objects;

    private Manifests(List<JsonNode> objects) {
        this.objects = objects;
    }

    /** Of these folders together; what two of them have, once. */
    static Manifests of(List<String> folders) {
        var objects = new LinkedHashMap<String, JsonNode>();
        for (var folder : folders) {
            Kustomize.objects(folder).forEach(object -> objects.putIfAbsent(name(object), object));
        }
        return new Manifests(List.copyOf(objects.values()));
    }

    List<JsonNode> ofKind(String kind) {
        return objects.stream().filter(object -> object.path("kind").asText().equals(kind)).toList();
    }

    /** {@code Deployment keyturn/keyturn}. */
    static String name(JsonNode object) {
        return object.path("kind").asText() + " " + namespace(object) + "/" + object.at("/metadata/name").asText();
    }

    static String namespace(JsonNode object) {
        return object.at("/metadata/namespace").asText();
    }

    /** The pods that these manifests make, each by the name of what makes it; and as labels and {@code spec}. */
    Map<String, JsonNode> podTemplates() {
        var templates = new LinkedHashMap<String, JsonNode>();
        for (var object : objects) {
            Stream.of("/spec/template", "/spec/jobTemplate/spec/template").map(object::at)
                    .filter(template -> template.has("spec") && template.path("spec").has("containers"))
                    .forEach(template -> templates.put(name(object), template));
        }
        return templates;
    }

    static Map<String, String> labels(JsonNode object) {
        return JSON.convertValue(object.at("/metadata/labels"), JSON.getTypeFactory().constructMapType(
                Map.class, String.class, String.class));
    }
}
