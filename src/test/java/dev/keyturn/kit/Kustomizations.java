package dev.keyturn.kit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** All kustomizations of k8s/, each of which can be applied. */
final class Kustomizations {

    static final Path ROOT = Path.of("k8s");

    private static final ObjectMapper JSON = new ObjectMapper();

    private Kustomizations() {}

    /** Their folders, components too. */
    static List<Path> folders() {
        try (var files = Files.walk(ROOT)) {
            return files.filter(file -> file.endsWith("kustomization.yaml")).map(Path::getParent).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the folder's {@code kustomization.yaml} says. */
    static JsonNode read(Path folder) {
        try (var text = Files.newBufferedReader(folder.resolve("kustomization.yaml"))) {
            return JSON.valueToTree(new Yaml().load(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The documents of manifests, as trees. */
    static Stream<JsonNode> objects(String manifests) {
        return Stream.of(manifests.split("(?m)^---$")).map(document -> JSON.<JsonNode>valueToTree(
                new Yaml().load(document))).filter(object -> !object.isNull());
    }
}
