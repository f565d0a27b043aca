package dev.keyturn.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.Headings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** That the alerts of k8s/monitoring/ lead somewhere. */
class AlertsTest {

    @Test
    void each_names_its_section_of_the_runbook() throws IOException {
        var sections = Headings.anchors(Path.of("docs/runbook.md"));
        for (var alert : alerts()) {
            var link = alert.at("/annotations/runbook_url").asText();
            assertTrue(link.startsWith("docs/runbook.md#") && sections.contains(link.substring(link.indexOf('#'))),
                    alert.path("alert").asText() + ": " + link + " is none of " + sections);
        }
    }

    @Test
    void each_goes_by_metrics_that_the_page_explains() throws IOException {
        var page = Files.readString(Path.of("docs/metrics.md"));
        for (var alert : alerts()) {
            var unknown = Pattern.compile("\\bkeyturn_\\w+").matcher(alert.toString()).results()
                    .map(MatchResult::group).filter(metric -> !page.contains("`" + metric + "`")).toList();
            assertEquals(List.of(), unknown, alert.path("alert").asText());
        }
    }

    private static List<JsonNode> alerts() throws IOException {
        var file = new ObjectMapper().<JsonNode>valueToTree(
                new Yaml().load(Files.readString(Path.of("k8s/monitoring/agents-alerts.yaml"))));
        var alerts = new ArrayList<JsonNode>();
        file.path("groups").forEach(group -> group.path("rules").forEach(alerts::add));
        assertTrue(alerts.size() >= 7, file::toString);
        return alerts;
    }
}
