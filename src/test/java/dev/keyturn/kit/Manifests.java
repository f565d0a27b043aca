package dev.keyturn.kit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.servers.Kustomize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    static Manifests of(List<String> folders) throws IOException {
        var objects = new LinkedHashMap<String, JsonNode>();
        for (var folder : folders) {
            rendered(Path.of(folder)).forEach(object -> objects.putIfAbsent(name(object), object));
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

    /** A component cannot be applied alone: with the folder that it is in, for which it is. */
    private static List<JsonNode> rendered(Path folder) throws IOException {
        if (!Files.readString(folder.resolve("kustomization.yaml")).contains("kind: Component")) {
            return Kustomize.objects(folder.toString());
        }
        var overlay = Files.createTempDirectory("keyturn-overlay-").toRealPath();
        var kustomization = overlay.resolve("kustomization.yaml");
        try {
            Files.writeString(kustomization, "resources: [%s]%ncomponents: [%s]%n".formatted(
                    overlay.relativize(folder.getParent().toRealPath()), overlay.relativize(folder.toRealPath())));
            return Kustomize.objects(overlay.toString());
        } finally {
            Files.delete(kustomization);
            Files.delete(overlay);
        }
    }
}
