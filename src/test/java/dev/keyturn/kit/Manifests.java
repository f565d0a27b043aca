package dev.keyturn.kit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.servers.Kustomize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;

/** What is in the kit's folders, as {@code kubectl apply -k} would send it. */
final class Manifests {

    /** Everything that is always there. */
    static final List<String> KIT = List.of("k8s/token-server", "k8s/rotation", "k8s/livekit/server",
            "k8s/livekit/redis", "k8s/example");

    /** What goes with the rotation's target {@code kubernetes}. */
    static final String KUBERNETES_TARGET = "k8s/rotation/kubernetes-target";

    /** What goes with LiveKit on the host's network. */
    static final String HOST_NETWORK = "k8s/livekit/host-network";

    private Manifests() {}

    /** The objects of these folders; what two of them have, once. */
    static List<JsonNode> of(List<String> folders) throws IOException {
        var objects = new LinkedHashMap<String, JsonNode>();
        for (var folder : folders) {
            for (var object : in(folder)) {
                objects.putIfAbsent(name(object), object);
            }
        }
        return List.copyOf(objects.values());
    }

    static List<JsonNode> ofKind(String kind, List<JsonNode> objects) {
        return objects.stream().filter(object -> object.path("kind").asText().equals(kind)).toList();
    }

    /** {@code Deployment keyturn/keyturn}. */
    static String name(JsonNode object) {
        var metadata = object.path("metadata");
        return object.path("kind").asText() + " " + metadata.path("namespace").asText() + "/"
                + metadata.path("name").asText();
    }

    private static List<JsonNode> in(String folder) throws IOException {
        if (Files.exists(Path.of(folder, "kustomization.yaml"))) {
            return Kustomize.objects(folder);
        }
        var json = new ObjectMapper();
        var objects = new ArrayList<JsonNode>();
        try (var file = Files.newBufferedReader(Path.of(folder, "networkpolicy.yaml"))) {
            StreamSupport.stream(new Yaml().loadAll(file).spliterator(), false)
                    .map(json::<JsonNode>valueToTree).forEach(objects::add);
        }
        return objects;
    }
}
