package dev.keyturn.servers;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What the one container of a rendered workload is given, to run its program with just that. */
public final class ContainerManifest {

    /** What a Secret of a certificate or a ConfigMap with an authority holds, which others make. */
    private static final Set<String> BY_OTHERS = Set.of("tls.crt", "tls.key", "ca.crt");

    private final List<JsonNode> objects;
    private final JsonNode pod;
    private final JsonNode container;

    private ContainerManifest(List<JsonNode> objects, JsonNode pod) {
        this.objects = objects;
        this.pod = pod;
        this.container = pod.at("/containers/0");
    }

    /** @param folder of the kustomization; {@code kind} is Deployment or CronJob */
    public static ContainerManifest of(String folder, String kind, String name) {
        var objects = Kustomize.objects(folder);
        var spec = find(objects, kind, name).orElseThrow().path("spec");
        return new ContainerManifest(objects,
                (kind.equals("CronJob") ? spec.at("/jobTemplate/spec") : spec).at("/template/spec"));
    }

    /** Of its ConfigMaps first, as the cluster does. */
    public Map<String, String> environment() {
        var environment = new LinkedHashMap<String, String>();
        container.path("envFrom").forEach(from -> data(from.at("/configMapRef/name").asText())
                .properties().forEach(entry -> environment.put(entry.getKey(), entry.getValue().asText())));
        container.path("env").forEach(entry ->
                environment.put(entry.path("name").asText(), entry.path("value").asText()));
        return environment;
    }

    /** What stands after the program's name. */
    public List<String> arguments() {
        var arguments = new ArrayList<String>();
        container.path("args").forEach(argument -> arguments.add(argument.asText()));
        return arguments;
    }

    /** The text of a mounted file that the kustomization itself has. */
    public String text(String file) {
        return mounts(file).flatMap(mount -> Stream.of(data(volume(mount).at("/configMap/name").asText())
                .path(within(mount, file)).asText())).findFirst().orElseThrow();
    }

    /** Whether something puts a file there. */
    public boolean hasFile(String file) {
        return mounts(file).anyMatch(mount -> {
            var name = within(mount, file);
            var volume = volume(mount);
            if (volume.has("projected")) {
                return volume.at("/projected/sources").findValuesAsText("path").contains(name);
            }
            if (volume.has("secret")) {
                var items = volume.at("/secret/items").findValuesAsText("path");
                return items.isEmpty() ? BY_OTHERS.contains(name) : items.contains(name);
            }
            var map = volume.at("/configMap/name").asText();
            return find(objects, "ConfigMap", map).map(here -> here.path("data").has(name))
                    .orElseGet(() -> BY_OTHERS.contains(name));
        });
    }

    private Stream<JsonNode> mounts(String file) {
        return StreamSupport.stream(container.path("volumeMounts").spliterator(), false).filter(mount -> {
            var at = mount.path("mountPath").asText();
            return mount.has("subPath") ? file.equals(at) : file.startsWith(at + "/");
        });
    }

    private static String within(JsonNode mount, String file) {
        return mount.has("subPath")
                ? mount.path("subPath").asText()
                : file.substring(mount.path("mountPath").asText().length() + 1);
    }

    private JsonNode volume(JsonNode mount) {
        return StreamSupport.stream(pod.path("volumes").spliterator(), false)
                .filter(volume -> volume.path("name").equals(mount.path("name"))).findFirst().orElseThrow();
    }

    private JsonNode data(String configMap) {
        return find(objects, "ConfigMap", configMap).orElseThrow(() ->
                new IllegalStateException("no ConfigMap " + configMap)).path("data");
    }

    private static Optional<JsonNode> find(List<JsonNode> objects, String kind, String name) {
        return objects.stream().filter(object -> object.path("kind").asText().equals(kind)
                && object.at("/metadata/name").asText().equals(name)).findFirst();
    }
}
