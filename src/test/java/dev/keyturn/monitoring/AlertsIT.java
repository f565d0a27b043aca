package dev.keyturn.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of k8s/monitoring/ as Prometheus reads them, and what they fire on. */
@NeedsServer(ServerBinary.PROMTOOL)
class AlertsIT {

    static Stream<Path> files() {
        return Rules.files().stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void prometheus_takes_the_rules(Path file) throws Exception {
        promtool("check", "rules", file.toString());
    }

    @ParameterizedTest
    @MethodSource("files")
    void they_fire_when_they_should_and_not_otherwise(Path file) throws Exception {
        promtool("test", "rules", Path.of("src/test/prometheus").resolve(file.getFileName()).toString());
    }

    @Test
    void prometheus_takes_the_scrape_configuration_with_the_rules() throws Exception {
        promtool("check", "config", "k8s/monitoring/prometheus/scrape.yaml");
    }

    private static void promtool(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(ServerBinary.PROMTOOL.path().toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var says = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), says);
    }
}
