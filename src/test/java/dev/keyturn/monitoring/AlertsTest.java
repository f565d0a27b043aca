package dev.keyturn.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.Headings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That the rules of k8s/monitoring/ lead somewhere, stand on something, and are tried. */
class AlertsTest {

    private static final Path TESTS = Path.of("src/test/prometheus");
    private static final Pattern ASKED_FOR = Pattern.compile("ALERTS\\{alertname=\"(\\w+)\"");

    /** A name of a metric: before its selector, its range, or on its own. */
    private static final Pattern NAME = Pattern.compile("\\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?::\\w+)*\\b|\\b\\w+(?::\\w+)+|\\bup\\b");

    /** promtool writes times as {@code 1h5m}, {@code 20m30s}. */
    private static final Pattern PART = Pattern.compile("(\\d+)([hms])");

    @Test
    void each_alert_names_its_section_of_the_runbook_and_is_named_there() throws IOException {
        var page = Files.readString(Path.of("docs/runbook.md"));
        var sections = Headings.anchors(Path.of("docs/runbook.md"));
        Rules.alerts().forEach(alert -> {
            var link = alert.at("/annotations/runbook_url").asText();
            assertTrue(link.startsWith("docs/runbook.md#") && sections.contains(link.substring(link.indexOf('#'))),
                    alert.path("alert").asText() + ": " + link + " is none of " + sections);
            assertTrue(page.contains("`" + alert.path("alert").asText() + "`"),
                    () -> "docs/runbook.md says nothing of " + alert.path("alert").asText());
        });
    }

    @Test
    void each_alert_says_how_bad_it_is_and_what_it_means() {
        Rules.alerts().forEach(alert -> {
            var name = alert.path("alert").asText();
            assertTrue(Set.of("critical", "warning").contains(alert.at("/labels/severity").asText()), name);
            assertTrue(alert.at("/annotations/summary").asText().length() > 10, name);
            assertTrue(alert.at("/annotations/description").asText().length() > 50, name);
        });
    }

    @Test
    void each_rule_goes_by_metrics_that_the_page_explains_and_by_rules_that_are_there() throws IOException {
        var page = Files.readString(Path.of("docs/metrics.md"));
        var recorded = Rules.all().map(rule -> rule.path("record").asText()).collect(Collectors.toSet());
        Rules.all().forEach(rule -> {
            var expression = rule.path("expr").asText()
                    .replaceAll("\"[^\"]*\"", "").replaceAll("\\{[^}]*}", "").replaceAll("#.*", "")
                    .replaceAll("(by|on|without|group_left|ignoring) *\\([^)]*\\)", "");
            var unknown = NAME.matcher(expression).results().map(MatchResult::group)
                    .filter(name -> !name.matches("(\\w+_over_time|label_replace|histogram_quantile)"))
                    .filter(name -> !recorded.contains(name))
                    .filter(name -> Stream.of("", "_bucket", "_sum", "_count").noneMatch(part -> name.endsWith(part)
                            && page.contains("`" + name.substring(0, name.length() - part.length()) + "`")))
                    .toList();
            assertEquals(List.of(), unknown, rule::toString);
        });
    }

    @Test
    void the_page_of_metrics_lists_each_alert_and_none_that_is_not() throws IOException {
        var page = Files.readString(Path.of("docs/metrics.md"));
        for (var file : Rules.files()) {
            var row = page.lines().filter(line -> line.startsWith("| [" + file.getFileName() + "]")).findFirst()
                    .orElseThrow();
            assertEquals(
                    Rules.of(file).filter(rule -> rule.has("alert")).map(rule -> rule.path("alert").asText()).distinct()
                            .toList(),
                    Pattern.compile("`(\\w+)`").matcher(row).results().map(found -> found.group(1)).toList());
        }
    }

    @Test
    void each_alert_is_seen_not_to_fire_then_to_fire_and_then_to_clear() {
        var seen = new TreeMap<String, String>();
        for (var file : Rules.files()) {
            Rules.stream(Rules.yaml(TESTS.resolve(file.getFileName())).path("tests"))
                    .forEach(test -> looks(test).forEach((alert, looks) -> seen.merge(alert, looks, (a, b) -> a + " " + b)));
        }
        var missing = Rules.alerts().map(alert -> alert.path("alert").asText()).distinct()
                .filter(name -> !seen.getOrDefault(name, "").contains("-+-")).toList();
        assertEquals(List.of(), missing, seen::toString);
    }

    /** Of each alert in this test of promtool's what it does by the clock: {@code -} nothing, {@code +} it fires. */
    private static Map<String, String> looks(JsonNode test) {
        record Look(String alert, int at, boolean fires) {}
        var looks = new ArrayList<Look>();
        test.path("alert_rule_test").forEach(each -> looks.add(new Look(each.path("alertname").asText(),
                seconds(each.path("eval_time").asText()), !each.path("exp_alerts").isEmpty())));
        test.path("promql_expr_test").forEach(each -> {
            var alert = ASKED_FOR.matcher(each.path("expr").asText());
            if (alert.find()) {
                looks.add(new Look(alert.group(1), seconds(each.path("eval_time").asText()),
                        !each.path("exp_samples").isEmpty()));
            }
        });
        return looks.stream().sorted(Comparator.comparingInt(Look::at)).collect(Collectors.groupingBy(Look::alert,
                Collectors.mapping(look -> look.fires() ? "+" : "-", Collectors.joining())));
    }

    private static int seconds(String time) {
        return PART.matcher(time).results().mapToInt(part -> Integer.parseInt(part.group(1))
                * Map.of("h", 3600, "m", 60, "s", 1).get(part.group(2))).sum();
    }
}
