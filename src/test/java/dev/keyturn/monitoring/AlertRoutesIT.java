package dev.keyturn.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.servers.MonitoringServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Alertmanager's configuration: who hears of what, and what is not said twice. */
@NeedsServer({ServerBinary.AMTOOL, ServerBinary.ALERTMANAGER})
class AlertRoutesIT {

    private static final Path CONFIGURATION = Path.of("k8s/monitoring/alertmanager.yaml");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void alertmanager_takes_it() throws Exception {
        amtool("check-config", CONFIGURATION.toString());
    }

    @ParameterizedTest
    @CsvSource({"critical,wake-somebody", "warning,by-day", "info,nobody", "none,nobody"})
    void each_severity_goes_where_it_should(String severity, String receiver) throws Exception {
        goes(receiver, "severity=" + severity, "alertname=Any");
    }

    @Test
    void each_of_our_alerts_goes_to_somebody_and_one_that_says_nothing_is_read_by_day() throws Exception {
        for (var alert : Rules.alerts().toList()) {
            var severity = alert.at("/labels/severity").asText();
            goes(severity.equals("critical") ? "wake-somebody" : "by-day", "severity=" + severity,
                    "alertname=" + alert.path("alert").asText());
        }
        goes("by-day", "alertname=SomebodyElses");
    }

    @Test
    void whoever_is_to_be_woken_hears_it_on_every_way() {
        var receiver = Rules.stream(Rules.yaml(CONFIGURATION).path("receivers"))
                .filter(each -> each.path("name").asText().equals("wake-somebody")).findFirst().orElseThrow();
        assertEquals(Set.of("name", "pagerduty_configs", "opsgenie_configs", "slack_configs", "email_configs"),
                JSON.convertValue(receiver, Map.class).keySet());
    }

    @Test
    void every_secret_is_a_file() throws IOException {
        assertEquals(List.of(), Files.readString(CONFIGURATION).lines()
                .filter(line -> line.matches("\\s*(- )?(\\w*api_url|\\w*api_key|\\w*password|routing_key|service_key"
                        + "|\\w*token|\\w*secret|url):.*")).toList());
    }

    @Test
    void what_follows_from_another_alert_is_not_said_of_it() throws Exception {
        try (var alertmanager = MonitoringServer.alertmanager(CONFIGURATION)) {
            var a = Map.of("job", "livekit", "instance", "a:6789");
            send(alertmanager, alert("NodeDown", "critical", a), alert("HighCPUUsage", "warning", a),
                    alert("HighCPUUsage", "warning", Map.of("job", "livekit", "instance", "b:6789")),
                    alert("CriticalPacketLoss", "critical",
                            Map.of("job", "livekit", "instance", "c:6789", "direction", "incoming")),
                    alert("HighPacketLoss", "warning",
                            Map.of("job", "livekit", "instance", "c:6789", "direction", "incoming")),
                    alert("HighPacketLoss", "warning",
                            Map.of("job", "livekit", "instance", "c:6789", "direction", "outgoing")),
                    alert("TurnCertificateExpires", "critical", Map.of("instance", "turn")),
                    alert("TurnCertificateExpiresSoon", "warning", Map.of("instance", "turn")),
                    alert("TurnCertificateExpiresSoon", "warning", Map.of("instance", "other")),
                    alert("KeyturnRingAboutToExpire", "critical", Map.of("job", "keyturn")),
                    alert("KeyturnRingStale", "warning", Map.of("job", "keyturn")),
                    alert("AgentWorkersGone", "critical", Map.of("job", "livekit-agent")),
                    alert("AgentWorkerDown", "critical", Map.of("job", "livekit-agent", "instance", "w:9100")),
                    alert("KeyturnAllDown", "critical", Map.of("job", "keyturn")),
                    alert("KeyturnDown", "warning", Map.of("job", "keyturn", "instance", "k:9000")),
                    alert("KeyturnTokensFail", "critical", Map.of("job", "keyturn")),
                    alert("KeyturnTokensFailSlowly", "warning", Map.of("job", "keyturn")));
            var silent = Set.of("HighCPUUsage a:6789", "HighPacketLoss c:6789 incoming",
                    "TurnCertificateExpiresSoon turn", "KeyturnRingStale", "AgentWorkerDown w:9100",
                    "KeyturnDown k:9000", "KeyturnTokensFailSlowly");
            var until = Instant.now().plus(Duration.ofSeconds(20));
            while (!silent.equals(inhibited(alertmanager)) && Instant.now().isBefore(until)) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assertEquals(silent, inhibited(alertmanager));
        }
    }

    private static Map<String, Object> alert(String name, String severity, Map<String, String> labels) {
        var all = new HashMap<>(labels);
        all.put("alertname", name);
        all.put("severity", severity);
        return Map.of("labels", all);
    }

    @SafeVarargs
    private static void send(MonitoringServer alertmanager, Map<String, Object>... alerts) throws Exception {
        var answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(
                alertmanager.url() + "/api/v2/alerts")).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(alerts))).build(), BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer::body);
    }

    private static Set<String> inhibited(MonitoringServer alertmanager) throws Exception {
        var answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(
                alertmanager.url() + "/api/v2/alerts")).build(), BodyHandlers.ofString());
        return Rules.stream(JSON.readTree(answer.body()))
                .filter(alert -> !alert.at("/status/inhibitedBy").isEmpty())
                .map(alert -> (alert.at("/labels/alertname").asText() + " " + alert.at("/labels/instance").asText("")
                        + " " + alert.at("/labels/direction").asText("")).strip())
                .collect(Collectors.toSet());
    }

    private static void goes(String receiver, String... labels) throws Exception {
        var arguments = new ArrayList<>(List.of("config", "routes", "test", "--config.file=" + CONFIGURATION,
                "--verify.receivers=" + receiver));
        arguments.addAll(List.of(labels));
        amtool(arguments.toArray(String[]::new));
    }

    private static void amtool(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(ServerBinary.AMTOOL.path().toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var says = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> List.of(arguments) + ": " + says);
    }
}
