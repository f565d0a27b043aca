package dev.keyturn.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The alerts of k8s/monitoring/ as Prometheus reads them, and what they fire on. */
@NeedsServer(ServerBinary.PROMTOOL)
class AlertsIT {

    @Test
    void prometheus_takes_the_rules() throws Exception {
        promtool("check", "rules", "k8s/monitoring/agents-alerts.yaml");
    }

    @Test
    void they_fire_when_they_should_and_not_otherwise() throws Exception {
        promtool("test", "rules", "src/test/prometheus/agents-alerts.yaml");
    }

    private static void promtool(String first, String second, String file) throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                ServerBinary.PROMTOOL.path().toString(), first, second, Path.of(file).toString())
                .redirectErrorStream(true).start();
        var says = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), says);
    }
}
