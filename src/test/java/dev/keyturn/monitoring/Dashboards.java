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

/** The dashboards of k8s/monitoring/, as they are. */
final class Dashboards {

    static final Path FOLDER = Path.of("k8s/monitoring/dashboards");
    static final ObjectMapper JSON = new ObjectMapper();

    private Dashboards() {}

    static List<Path> files() {
        try (var files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<JsonNode> panels(JsonNode dashboard) {
        return StreamSupport.stream(dashboard.path("panels").spliterator(), false);
    }

    /** Those that show figures. */
    static Stream<JsonNode> figures(JsonNode dashboard) {
        return panels(dashboard).filter(panel -> panel.has("targets"));
    }

    static String title(JsonNode panel) {
        return panel.path("title").asText();
    }
}
