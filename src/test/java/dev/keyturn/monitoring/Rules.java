package dev.keyturn.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;

/** The rule files of k8s/monitoring/rules/, and what stands beside them. */
final class Rules {

    static final Path FOLDER = Path.of("k8s/monitoring/rules");

    private Rules() {}

    /** By name, in order: {@code agents.yaml}, … */
    static List<Path> files() {
        try (var files = Files.list(FOLDER)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Alerts and recording rules of all files. */
    static Stream<JsonNode> all() {
        return files().stream().flatMap(Rules::of);
    }

    static Stream<JsonNode> alerts() {
        return all().filter(rule -> rule.has("alert"));
    }

    static Stream<JsonNode> of(Path file) {
        return stream(yaml(file).path("groups")).flatMap(group -> stream(group.path("rules")));
    }

    static JsonNode yaml(Path file) {
        try {
            return new ObjectMapper().valueToTree(new Yaml().load(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }
}
