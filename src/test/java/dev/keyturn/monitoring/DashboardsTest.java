package dev.keyturn.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** That the dashboards can be provisioned, say what they show, and stand in the documentation. */
class DashboardsTest {

    private static final List<String> BY_THE_NAMES_PEOPLE_KNOW = List.of("Active Rooms", "Active Participants",
            "Packet Loss Ratio", "CPU Usage by Node", "Memory Usage by Node", "Active Tracks by Kind", "Agent Worker CPU");

    private static final String SOURCE = "${datasource}";

    @Test
    void the_overview_has_the_seven_panels_that_people_know() {
        var titles = Dashboards.panels(dashboard("livekit-overview")).map(Dashboards::title).toList();
        assertTrue(titles.containsAll(BY_THE_NAMES_PEOPLE_KNOW), titles::toString);
    }

    @Test
    void loss_warns_at_three_percent_and_is_critical_at_five() {
        var loss = Dashboards.panels(dashboard("livekit-overview"))
                .filter(panel -> Dashboards.title(panel).toLowerCase().startsWith("packet loss")).toList();
        assertEquals(3, loss.size());
        for (var panel : loss) {
            var steps = panel.at("/fieldConfig/defaults/thresholds/steps");
            assertEquals(List.of(0.03, 0.05), List.of(steps.at("/1/value").asDouble(), steps.at("/2/value").asDouble()));
            assertEquals("percentunit", panel.at("/fieldConfig/defaults/unit").asText());
        }
    }

    @Test
    void each_is_a_dashboard_by_itself_and_can_be_told_from_the_others() {
        var names = new HashSet<String>();
        for (var file : Dashboards.files()) {
            var dashboard = Dashboards.read(file);
            assertFalse(dashboard.has("dashboard") || dashboard.has("id"), file + ": that is the API's form of one");
            assertTrue(names.add(dashboard.path("uid").asText()), file + ": its uid is another's");
            assertTrue(names.add(dashboard.path("title").asText()), file + ": its title is another's");
            assertTrue(dashboard.path("uid").asText().matches("[a-z-]{7,40}"), file::toString);
            assertFalse(dashboard.path("description").asText().isBlank(), file::toString);
            assertEquals("[\"keyturn\",\"livekit\"]", dashboard.path("tags").toString());
        }
        assertEquals(8, names.size());
    }

    @Test
    void each_panel_says_what_it_means_in_which_unit() {
        for (var file : Dashboards.files()) {
            var titles = new HashSet<String>();
            Dashboards.figures(Dashboards.read(file)).forEach(panel -> {
                var title = file + ", " + Dashboards.title(panel);
                assertTrue(titles.add(Dashboards.title(panel)), title + ": there are two of it");
                assertTrue(panel.path("description").asText().length() > 15, title + ": no description");
                assertFalse(panel.at("/fieldConfig/defaults/unit").asText().isBlank(), title + ": no unit");
            });
        }
    }

    @Test
    void each_query_goes_to_the_source_that_was_chosen() {
        for (var file : Dashboards.files()) {
            var dashboard = Dashboards.read(file);
            assertEquals("datasource", dashboard.at("/templating/list/0/name").asText(), file::toString);
            var sources = new ArrayList<JsonNode>();
            Dashboards.figures(dashboard).forEach(panel -> {
                sources.add(panel.path("datasource"));
                panel.path("targets").forEach(target -> sources.add(target.path("datasource")));
            });
            dashboard.at("/templating/list").forEach(variable -> {
                if (variable.path("type").asText().equals("query")) {
                    sources.add(variable.path("datasource"));
                }
            });
            sources.forEach(source -> assertEquals("{\"type\":\"prometheus\",\"uid\":\"" + SOURCE + "\"}",
                    source.toString(), file::toString));
        }
    }

    @Test
    void no_panel_lies_on_another_or_outside() {
        for (var file : Dashboards.files()) {
            var taken = new HashSet<String>();
            var ids = new HashSet<Integer>();
            Dashboards.panels(Dashboards.read(file)).forEach(panel -> {
                assertTrue(ids.add(panel.path("id").asInt()), Dashboards.title(panel));
                var place = panel.path("gridPos");
                for (int x = place.path("x").asInt(); x < place.path("x").asInt() + place.path("w").asInt(); x++) {
                    for (int y = place.path("y").asInt(); y < place.path("y").asInt() + place.path("h").asInt(); y++) {
                        assertTrue(x < 24 && taken.add(x + " " + y), file + ", " + Dashboards.title(panel));
                    }
                }
            });
        }
    }

    @Test
    void each_goes_by_metrics_of_ours_that_the_page_explains() throws IOException {
        var page = Files.readString(Path.of("docs/metrics.md"));
        for (var file : Dashboards.files()) {
            var expressions = new StringBuilder();
            Dashboards.figures(Dashboards.read(file)).forEach(panel ->
                    panel.path("targets").forEach(target -> expressions.append(target.path("expr").asText()).append('\n')));
            var unknown = Pattern.compile("(?<!:)\\bkeyturn_\\w+").matcher(expressions).results().map(MatchResult::group)
                    .map(metric -> metric.replaceAll("_(sum|count|bucket)$", ""))
                    .filter(metric -> !page.contains("`" + metric + "`")).distinct().toList();
            assertEquals(List.of(), unknown, file::toString);
        }
    }

    @Test
    void each_job_that_a_query_names_is_one_that_prometheus_scrapes() throws IOException {
        var scraped = new HashSet<String>();
        yaml("k8s/monitoring/prometheus/scrape.yaml").path("scrape_configs")
                .forEach(job -> scraped.add(job.path("job_name").asText()));
        for (var file : Dashboards.files()) {
            var jobs = Pattern.compile("job=~?\\\\\"([^\"\\\\]+)").matcher(Files.readString(file)).results()
                    .flatMap(found -> Stream.of(found.group(1).split("\\|"))).filter(job -> !scraped.contains(job)).toList();
            assertEquals(List.of(), jobs, file + ", of " + scraped);
        }
    }

    @Test
    void the_page_names_each_panel() throws IOException {
        var page = Files.readString(Path.of("docs/dashboards.md"));
        for (var file : Dashboards.files()) {
            var dashboard = Dashboards.read(file);
            assertTrue(page.contains("## " + dashboard.path("title").asText()), file::toString);
            var missing = Dashboards.figures(dashboard).map(Dashboards::title)
                    .filter(title -> !page.contains(title)).toList();
            assertEquals(List.of(), missing, file::toString);
        }
    }

    @Test
    void each_is_in_the_kustomization_and_its_source_in_the_values() throws IOException {
        var kustomization = yaml("k8s/monitoring/dashboards/kustomization.yaml");
        var files = new ArrayList<String>();
        kustomization.path("configMapGenerator").forEach(map -> files.add(map.at("/files/0").asText()));
        assertEquals(Dashboards.files().stream().map(file -> file.getFileName().toString()).toList(),
                files.stream().sorted().toList());
        assertEquals("1", kustomization.at("/generatorOptions/labels/grafana_dashboard").textValue());

        for (var source : List.of(
                yaml("k8s/monitoring/grafana/values.yaml").at("/datasources/datasources.yaml/datasources/0"),
                yaml("k8s/monitoring/grafana/provisioning/datasources/prometheus.yaml").at("/datasources/0"),
                yaml("k8s/monitoring/grafana/values-kube-prometheus-stack.yaml").at("/grafana/sidecar/datasources"))) {
            assertEquals(dashboard("keyturn").at("/templating/list/0/current/value").asText(), source.path("uid").asText());
        }
        for (var sidecar : List.of(
                yaml("k8s/monitoring/grafana/values.yaml").path("sidecar"),
                yaml("k8s/monitoring/grafana/values-kube-prometheus-stack.yaml").at("/grafana/sidecar"))) {
            assertEquals("1", sidecar.at("/dashboards/labelValue").textValue());
            assertEquals("grafana_dashboard", sidecar.at("/dashboards/label").textValue());
            var annotation = sidecar.at("/dashboards/folderAnnotation").textValue();
            assertTrue(kustomization.at("/generatorOptions/annotations").has(annotation), annotation);
        }
    }

    private static JsonNode dashboard(String name) {
        return Dashboards.read(Dashboards.FOLDER.resolve(name + ".json"));
    }

    private static JsonNode yaml(String file) throws IOException {
        return Dashboards.JSON.valueToTree(new Yaml().load(Files.readString(Path.of(file))));
    }
}
