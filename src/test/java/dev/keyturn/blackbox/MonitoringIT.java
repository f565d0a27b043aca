package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.PrometheusServer.Sample;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoublePredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the dashboards and the rules of k8s/monitoring/ ask for is there: a real Prometheus reads a real LiveKit with
 * people who lose packets, an agent under {@code keyturn exec}, and Keyturn; and each query, recording rule and alert is
 * asked of it.
 */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.PROMETHEUS, ServerBinary.PYTHON_AGENTS, ServerBinary.PYTHON,
        ServerBinary.NFT})
class MonitoringIT {

    /** What is not to be had here, and why. An entry for something that is there after all fails. */
    private static final Map<String, String> NOT_HERE = new TreeMap<>(Map.of(
            "container_memory_working_set_bytes", "cAdvisor's: it needs a kubelet",
            "kube_.*", "kube-state-metrics: it needs a cluster",
            "probe_.*", "blackbox_exporter, which asks from outside",
            "turn_total_.*", "coturn's exporter, which Debian's coturn is built without",
            "livekit_log_.*", "counted from LiveKit's log by mtail",
            "livekit_fir_total", "clients of today ask for a whole picture by PLI",
            "instance:livekit_memory_utilization:ratio", "there is no limit of memory here"));

    /** What follows from those: series that our rules make of them, and targets. */
    private static final Map<String, String> NOR_HERE = new TreeMap<>(Map.of(
            "connection_type:livekit_connections:rate5m", "livekit_log_.*",
            "job:livekit_turn_share:ratio_rate15m", "livekit_log_.*",
            "job:livekit_turn_credentials_refused:rate5m", "livekit_log_.*",
            "up\\{job=.*(coturn|blackbox-turn-tls|livekit-logs).*", "no such targets"));

    /** What is sensible, by a panel's unit. A test of some seconds knows no long times, and no large numbers. */
    private static final Map<String, DoublePredicate> SENSIBLE = Map.of(
            "percentunit", value -> value >= 0 && value <= 1,
            "s", value -> Math.abs(value) < 400 * 86_400,
            "ms", value -> value >= 0 && value <= 10_000,
            "µs", value -> value >= 0 && value <= 1_000_000,
            "bytes", value -> value > 1 << 20 && value < 8L << 30,
            "bps", value -> value >= 0 && value < 1e8,
            "pps", value -> value >= 0 && value < 1e5,
            "cps", value -> value >= 0 && value < 1e3,
            "reqps", value -> value >= 0 && value < 1e3,
            "none", value -> value >= 0 && value < 1e4);

    /** And more closely, where we know what happens. */
    private static final Map<String, DoublePredicate> KNOWN = Map.ofEntries(
            Map.entry("Active Rooms", value -> value == 1 || value == 2), // lobby, and the side room now and then
            Map.entry("Active Participants", value -> value == 3 || value == 4), // two, the agent, a visitor
            Map.entry("Active Tracks by Kind", value -> value >= 2 && value <= 8),
            Map.entry("Nodes up", value -> value == 1),
            Map.entry("Workers up", value -> value == 1),
            Map.entry("Workers under exec", value -> value == 1),
            Map.entry("Join latency", value -> value > 0.001 && value < 10),
            Map.entry("Length of rooms", value -> value > 0 && value < 60),
            Map.entry("Turn latency, half of the turns", value -> value > 0.05 && value < 1.5),
            Map.entry("Turn latency, all but one in twenty", value -> value > 0.05 && value < 1.5),
            Map.entry("Turn latency, mean", value -> value > 0.7 && value < 1.1),
            Map.entry("Time to sign", value -> value > 0 && value < 0.1),
            Map.entry("Phase", value -> value == 1),
            Map.entry("Credentials accepted for at least", value -> value > 60 && value < 2 * 86_400),
            Map.entry("Time to the next step", value -> value > 86_400),
            Map.entry("Age of the active key", value -> value > 1 && value < 3600));

    private static final Path DASHBOARDS = Path.of("k8s/monitoring/dashboards");
    private static final Path RULES = Path.of("k8s/monitoring/rules");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static MonitoringScene scene;

    @BeforeAll
    static void begin() throws Exception {
        scene = new MonitoringScene(folder, files(RULES, ".yaml"));
        scene.await("every target is up", () -> scene.value("sum(up)") == 5);
        scene.await("tracks have reported their losses for half a minute", () -> scene.value(
                "sum(livekit_packet_loss_percent_count{type=\"AUDIO\"})") >= 24);
        scene.await("rooms have ended",
                () -> scene.value("sum(increase(livekit_room_duration_seconds_count[30s]))") >= 1);
    }

    /** Takes pictures for the documents before, where {@code KEYTURN_TEST_PICTURES=docs/dashboards} says so. */
    @AfterAll
    static void end() throws Exception {
        if (scene != null) {
            try {
                if (System.getenv("KEYTURN_TEST_PICTURES") != null) {
                    takePictures(Path.of(System.getenv("KEYTURN_TEST_PICTURES")));
                }
            } finally {
                scene.close();
            }
        }
    }

    private static List<Path> files(Path folder, String ending) {
        try (var files = Files.list(folder)) {
            var found = files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
            assertFalse(found.isEmpty(), folder::toString);
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void every_query_of_every_panel_returns_data_of_its_unit() throws IOException {
        var wrong = new ArrayList<String>();
        var queries = 0;
        for (var file : files(DASHBOARDS, ".json")) {
            for (var panel : JSON.readTree(file.toFile()).path("panels")) {
                for (var target : panel.path("targets")) {
                    queries++;
                    looksRight(panel, target.path("expr").asText()).ifPresent(what -> wrong.add(
                            file.getFileName() + ", " + panel.path("title").asText() + ": " + what));
                }
            }
        }
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
        assertTrue(queries > 100, "queries: " + queries);
    }

    /** An expression as Grafana would send it, with all nodes chosen. */
    private static String asked(String expression) {
        return expression.replace("$__rate_interval", "30s").replaceAll("\"\\$\\w+\"", "\".*\"");
    }

    private static Optional<String> looksRight(JsonNode panel, String expression) {
        var query = asked(expression);
        if (query.contains("$")) {
            return Optional.of("a variable that this test does not know: " + query);
        }
        List<Sample> samples;
        try {
            samples = scene.prometheus.query(query);
        } catch (IllegalArgumentException refused) {
            return Optional.of(query + ": " + refused.getMessage());
        }
        var values = samples.stream().map(Sample::value).filter(value -> !value.isNaN()).toList();
        if (notHere(query)) {
            return values.isEmpty() ? Optional.empty()
                    : Optional.of("it is there, so take it off the list: " + query);
        }
        if (values.isEmpty()) {
            return Optional.of("no data: " + query);
        }
        var title = panel.path("title").asText();
        var unit = panel.at("/fieldConfig/defaults/unit").asText();
        var sensible = SENSIBLE.getOrDefault(unit, value -> false)
                .and(KNOWN.getOrDefault(title, value -> true));
        var bad = values.stream().filter(value -> !sensible.test(value)).toList();
        return bad.isEmpty() ? Optional.empty()
                : Optional.of("no sensible value of " + unit + ": " + query + ": " + bad);
    }

    private static boolean notHere(String query) {
        return Stream.concat(NOT_HERE.keySet().stream(), NOR_HERE.keySet().stream())
                .anyMatch(name -> Pattern.compile("(?<![\\w:])" + name + "(?![\\w:])").matcher(query).find());
    }

    /** The pictures of docs/dashboards.md, of some minutes. */
    private static void takePictures(Path pictures) throws IOException, InterruptedException {
        scene.await("there is something to see", () -> scene.value("time() - min(process_start_time_seconds)") > 200);
        Files.createDirectories(pictures);
        var page = new DashboardPage(scene.prometheus, Instant.now().minusSeconds(180));
        for (var file : files(DASHBOARDS, ".json")) {
            var html = Files.writeString(folder.resolve("page.html"),
                    page.html(JSON.readTree(file.toFile()), MonitoringIT::asked));
            var picture = pictures.resolve(file.getFileName().toString().replace(".json", ".png")).toAbsolutePath();
            var height = Pattern.compile("height: (\\d+)px").matcher(Files.readString(html)).results().findFirst()
                    .orElseThrow().group(1);
            assertEquals(0, new ProcessBuilder(ServerBinary.CHROMIUM.path().toString(), "--headless", "--no-sandbox",
                    "--disable-gpu", "--hide-scrollbars", "--user-data-dir=" + folder.resolve("chromium"),
                    "--force-device-scale-factor=0.7", // small files
                    "--window-size=1140," + (Integer.parseInt(height) + 70), "--screenshot=" + picture, html.toString())
                    .redirectErrorStream(true).redirectOutput(folder.resolve("chromium.log").toFile()).start().waitFor());
        }
    }

    @Test
    void every_rule_is_evaluated_and_every_recorded_series_is_there() {
        var wrong = new ArrayList<String>();
        var recorded = new LinkedHashMap<String, String>();
        for (var rule : scene.prometheus.rules()) {
            if (!rule.path("health").asText().equals("ok")) {
                wrong.add(rule.path("name").asText() + ": " + rule.path("lastError").asText());
            }
            if (rule.path("type").asText().equals("recording")) {
                recorded.merge(rule.path("name").asText(), rule.path("query").asText(),
                        (one, two) -> one + " or " + two);
            }
        }
        recorded.forEach((name, expression) -> {
            var there = scene.prometheus.query(name).stream().anyMatch(sample -> !Double.isNaN(sample.value()));
            if (there == (notHere(name) || onlyNotHere(expression))) {
                wrong.add(name + (there ? " is there, so take it off the list" : " has no data: " + expression));
            }
        });
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
        assertTrue(recorded.size() > 20, recorded::toString);
    }

    private static boolean onlyNotHere(String expression) {
        var selectors = selectors(expression);
        return !selectors.isEmpty() && selectors.stream().allMatch(MonitoringIT::notHere);
    }

    @Test
    void every_alert_goes_by_metrics_and_labels_that_are_there() {
        var wrong = new TreeSet<String>();
        var alerts = 0;
        for (var rule : scene.prometheus.rules()) {
            if (rule.path("type").asText().equals("alerting")) {
                alerts++;
                for (var selector : selectors(rule.path("query").asText())) {
                    var there = scene.value("count(" + withAnyValue(selector) + ")") > 0;
                    if (there == notHere(selector)) {
                        wrong.add(rule.path("name").asText() + ": " + selector
                                + (there ? " is there, so take it off the list" : " matches nothing"));
                    }
                }
            }
        }
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
        assertTrue(alerts > 30, "alerts: " + alerts);
    }

    /** The metrics that an expression names, each with its matchers. */
    private static List<String> selectors(String expression) {
        var plain = expression.replaceAll("(?m)#.*$", "")
                .replaceAll("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)", " ");
        var found = new ArrayList<String>();
        var matcher = Pattern.compile("\"[^\"]*\"|([a-zA-Z_:][\\w:]*)\\s*(\\{[^}]*}|\\(|)").matcher(plain);
        while (matcher.find()) {
            var name = matcher.group(1);
            if (name != null && !matcher.group(2).equals("(")
                    && !name.matches("and|or|unless|bool|offset|inf|nan|[smhdwy]|group_left|group_right")) {
                found.add(name + matcher.group(2));
            }
        }
        return found;
    }

    /**
     * The same series whatever the values, if only they have these labels: in a scene where all is well the values that
     * an alert looks for do not occur. That of {@code job} must.
     */
    private static String withAnyValue(String selector) {
        return selector.replaceAll("(?<![\\w])(?!job\\b)(\\w+)\\s*(=~|!~|!=|=)\\s*\"[^\"]*\"", "$1!=\"\"");
    }

    @Test
    void packet_loss_is_what_the_network_loses_and_becomes_an_alert() {
        for (var direction : List.of("incoming", "outgoing")) {
            var loss = scene.value("avg_over_time(instance_direction:livekit_packet_loss:ratio_rate2m{direction=\""
                    + direction + "\"}[20s])");
            System.err.printf("keyturn tests: of %d %% lost, the rule sees %.1f %% %s%n", MonitoringScene.LOST_PERCENT,
                    100 * loss, direction);
            assertTrue(loss > 0.025 && loss < 0.08, direction + ": " + loss + " of "
                    + MonitoringScene.LOST_PERCENT + " %");
        }
        scene.await("HighPacketLoss fires, or waits for its two minutes",
                () -> scene.value("max(ALERTS{alertname=\"HighPacketLoss\"})") == 1);
    }
}
