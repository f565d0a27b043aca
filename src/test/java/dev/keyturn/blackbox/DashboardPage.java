package dev.keyturn.blackbox;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.servers.PrometheusServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A page of ours that draws a dashboard's panels in their places: title, unit, thresholds and the series that Prometheus
 * gives for their queries. It is for docs/, and no picture of Grafana: it looks otherwise there.
 */
final class DashboardPage {

    private static final int COLUMN = 46; // pixels, of Grafana's 24
    private static final int ROW = 30;
    private static final List<String> COLOURS = List.of("#2f7ed8", "#e0752d", "#3f9b45", "#9a4fb5", "#b5892f", "#3aa7a7",
            "#c2456b", "#6b7280");
    private static final Pattern LABEL = Pattern.compile("\\{\\{(\\w+)}}");

    private final PrometheusServer prometheus;
    private final Instant since;

    DashboardPage(PrometheusServer prometheus, Instant since) {
        this.prometheus = prometheus;
        this.since = since;
    }

    /** One line of a graph. */
    private record Line(String name, List<double[]> points) {

        double last() {
            return points.get(points.size() - 1)[1];
        }
    }

    /** @param query makes of a panel's expression one that Prometheus can be asked */
    String html(JsonNode dashboard, UnaryOperator<String> query) {
        var panels = new StringBuilder();
        var height = 0;
        for (var panel : dashboard.path("panels")) {
            var place = panel.path("gridPos");
            height = Math.max(height, place.path("y").asInt() + place.path("h").asInt());
            panels.append(String.format(Locale.ROOT,
                    "<section class='%s' style='left:%dpx;top:%dpx;width:%dpx;height:%dpx'><h2>%s</h2>%s</section>%n",
                    panel.path("type").asText(), place.path("x").asInt() * COLUMN, place.path("y").asInt() * ROW,
                    place.path("w").asInt() * COLUMN - 8, place.path("h").asInt() * ROW - 8,
                    text(panel.path("title").asText()), inside(panel, query)));
        }
        return """
                <!DOCTYPE html><meta charset="utf-8"><style>
                body {margin: 12px; font: 12px sans-serif; background: #fff; color: #222}
                main {position: relative; width: %dpx; height: %dpx}
                section {position: absolute; border: 1px solid #ddd; overflow: hidden; box-sizing: border-box}
                section.row {border: 0; overflow: visible} h1 {font-size: 18px; margin: 0 0 2px} p {margin: 0 0 10px; color: #666}
                h2 {font-size: 12px; margin: 4px 6px} .row h2 {font-size: 14px; margin: 8px 0}
                .stat b {display: block; font-size: 24px; text-align: center; margin-top: 12px}
                ul {margin: 0 6px; padding: 0; list-style: none; font-size: 10px; line-height: 12px} svg {display: block}
                i {color: #999; margin: 6px}
                </style><h1>%s</h1><p>Drawn by Keyturn's tests from the dashboard's queries, not by Grafana.</p>
                <main>%s</main>""".formatted(24 * COLUMN, height * ROW, text(dashboard.path("title").asText()), panels);
    }

    private String inside(JsonNode panel, UnaryOperator<String> query) {
        switch (panel.path("type").asText()) {
            case "row":
                return "";
            case "text":
                return "<p style='margin:6px'>" + text(panel.at("/options/content").asText()) + "</p>";
            default:
        }
        var lines = lines(panel, query);
        var unit = panel.at("/fieldConfig/defaults/unit").asText();
        if (lines.isEmpty()) {
            return "<i>" + text(panel.at("/fieldConfig/defaults/noValue").asText("no data")) + "</i>";
        }
        if (panel.path("type").asText().equals("stat")) {
            return "<b>" + text(panel.at("/options/textMode").asText().equals("name") ? lines.get(0).name()
                    : number(lines.get(0).last(), unit)) + "</b>";
        }
        return graph(panel, lines, unit);
    }

    private List<Line> lines(JsonNode panel, UnaryOperator<String> query) {
        var lines = new ArrayList<Line>();
        for (var target : panel.path("targets")) {
            for (var series : prometheus.query(query.apply(target.path("expr").asText()), since, Duration.ofSeconds(4))) {
                var points = new ArrayList<double[]>();
                for (var point : series.path("values")) {
                    var value = point.path(1).asText();
                    if (!value.equals("NaN") && !value.endsWith("Inf")) {
                        points.add(new double[] {point.path(0).asDouble(), Double.parseDouble(value)});
                    }
                }
                if (!points.isEmpty()) {
                    lines.add(new Line(LABEL.matcher(target.path("legendFormat").asText()).replaceAll(label ->
                            series.path("metric").path(label.group(1)).asText()), points));
                }
            }
        }
        return lines;
    }

    private String graph(JsonNode panel, List<Line> lines, String unit) {
        var width = panel.at("/gridPos/w").asInt() * COLUMN - 20;
        var shown = lines.subList(0, Math.min(6, lines.size()));
        var height = panel.at("/gridPos/h").asInt() * ROW - 60 - 12 * shown.size();
        var values = lines.stream().flatMap(line -> line.points().stream()).mapToDouble(point -> point[1])
                .summaryStatistics();
        var low = Math.min(0, values.getMin());
        var most = values.getMax();
        var high = most > low ? low + (most - low) * 1.15 : low + 1;
        var svg = new StringBuilder("<svg width='" + (width + 12) + "' height='" + (height + 14) + "'>");
        for (var step : panel.at("/fieldConfig/defaults/thresholds/steps")) {
            if (step.path("value").isNumber() && step.path("value").asDouble() < high) {
                var y = height - (step.path("value").asDouble() - low) / (high - low) * height;
                svg.append(String.format(Locale.ROOT, "<path d='M6 %.1fH%d' stroke='%s' stroke-dasharray='4 3'/>", y, width,
                        step.path("color").asText()));
            }
        }
        var begin = (double) since.getEpochSecond();
        var end = (double) Instant.now().getEpochSecond();
        for (int i = 0; i < lines.size(); i++) {
            var path = new StringBuilder();
            for (var point : lines.get(i).points()) {
                path.append(String.format(Locale.ROOT, "%s%.1f %.1f", path.isEmpty() ? "M" : "L",
                        6 + (point[0] - begin) / (end - begin) * (width - 6),
                        height - (point[1] - low) / (high - low) * height));
            }
            svg.append("<path fill='none' stroke='").append(COLOURS.get(i % COLOURS.size())).append("' d='").append(path)
                    .append("'/>");
        }
        svg.append("<path stroke='#bbb' d='M6 ").append(height).append('H').append(width).append("M6 ").append(height)
                .append("V0'/></svg><ul>");
        for (int i = 0; i < shown.size(); i++) {
            svg.append("<li style='color:").append(COLOURS.get(i % COLOURS.size())).append("'>")
                    .append(text(shown.get(i).name())).append(": ").append(number(shown.get(i).last(), unit)).append("</li>");
        }
        return svg + (shown.size() < lines.size() ? "<li>and " + (lines.size() - shown.size()) + " more</li>" : "") + "</ul>";
    }

    private static String number(double value, String unit) {
        return switch (unit) {
            case "percentunit" -> rounded(100 * value) + " %";
            case "bytes" -> rounded(value / (1 << 20)) + " MiB";
            case "bps" -> value < 1e6 ? rounded(value / 1e3) + " kbit/s" : rounded(value / 1e6) + " Mbit/s";
            case "s" -> Math.abs(value) > 2 * 86_400 ? rounded(value / 86_400) + " d"
                    : Math.abs(value) > 3_600 ? rounded(value / 3_600) + " h"
                    : value != 0 && Math.abs(value) < 1 ? rounded(1e3 * value) + " ms" : rounded(value) + " s";
            case "cps", "reqps", "pps" -> rounded(value) + "/s";
            case "none" -> rounded(value);
            default -> rounded(value) + " " + unit;
        };
    }

    private static String rounded(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) || Math.abs(value) >= 100 ? "%.0f"
                : Math.abs(value) >= 1 ? "%.1f" : "%.2f", value);
    }

    private static String text(String any) {
        return any.replace("&", "&amp;").replace("<", "&lt;");
    }
}
