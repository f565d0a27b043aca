package dev.keyturn.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestAuthority;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.MonitoringServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.Ports;
import dev.keyturn.servers.ServerBinary;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the blackbox exporter says of a real LiveKit's TURN over TLS. */
@NeedsServer({ServerBinary.BLACKBOX_EXPORTER, ServerBinary.LIVEKIT})
class TurnProbeIT {

    private static final Map<String, String> KEYS = Map.of("APIkeyAAAAAAAAA", "no-secret-of-anybody-but-of-a-test-only");

    @TempDir
    private Path folder;

    @Test
    void it_sees_whether_turn_answers_with_its_own_certificate_and_when_that_expires() throws Exception {
        var authority = TestAuthority.make(folder);
        var modules = Files.writeString(folder.resolve("blackbox.yaml"),
                Files.readString(Path.of("k8s/monitoring/prometheus/blackbox.yaml")).replace(
                        "server_name: turn.example.com",
                        "server_name: turn.example.com\n        ca_file: " + authority.pem()));
        try (var exporter = MonitoringServer.blackboxExporter(modules)) {
            var port = Ports.free();
            try (var good = turn(port, authority.leaf("dns:turn.example.com"))) {
                var page = probe(exporter, port);
                assertEquals(1, value(page, "probe_success"), page);
                var left = value(page, "probe_ssl_earliest_cert_expiry") - Instant.now().getEpochSecond();
                assertTrue(left > 28 * 86400 && left < 30 * 86400, page);
            }
            try (var expired = turn(port, authority.expired("dns:turn.example.com"))) {
                assertEquals(0, value(probe(exporter, port), "probe_success"));
            }
            try (var other = turn(port, authority.leaf("dns:other.example.com"))) {
                assertEquals(0, value(probe(exporter, port), "probe_success"));
            }
            assertEquals(0, value(probe(exporter, port), "probe_success"));
        }
    }

    private static LiveKitServer turn(int port, TestAuthority.Leaf shown) {
        return LiveKitServer.start(KEYS, "turn: {enabled: true, domain: turn.example.com, tls_port: %d, cert_file: %s, key_file: %s}"
                .formatted(port, shown.certificate(), shown.key()));
    }

    private static String probe(MonitoringServer exporter, int port) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(
                exporter.url() + "/probe?module=turn_tls&target=127.0.0.1:" + port)).build(), BodyHandlers.ofString())
                .body();
    }

    private static double value(String page, String metric) {
        var line = Pattern.compile("(?m)^" + metric + " (\\S+)$").matcher(page);
        assertTrue(line.find(), page);
        return Double.parseDouble(line.group(1));
    }
}
