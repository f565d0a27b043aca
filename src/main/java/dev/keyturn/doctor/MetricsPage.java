package dev.keyturn.doctor;

import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** A page of metrics in Prometheus' text format, as far as single values go. */
final class MetricsPage {

    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{[^}]*})? ([^ ]+)(?: [0-9]+)?");

    private final List<Sample> samples;

    private record Sample(String name, String labels, double value) {}

    private MetricsPage(List<Sample> samples) {
        this.samples = samples;
    }

    static MetricsPage of(String text) {
        return new MetricsPage(text.lines().map(SAMPLE::matcher).filter(matcher -> matcher.matches())
                .map(matcher -> new Sample(matcher.group(1), String.valueOf(matcher.group(2)),
                        number(matcher.group(3)))).toList());
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text.replace("Inf", "Infinity"));
        } catch (NumberFormatException none) {
            return Double.NaN;
        }
    }

    boolean has(String prefix) {
        return samples.stream().anyMatch(sample -> sample.name.startsWith(prefix));
    }

    /**
     * The sum over all series that have these labels; empty if there are none, or one of them is not a number.
     *
     * @param labels as they are written: {@code state="retiring"}
     */
    OptionalDouble sum(String name, String... labels) {
        var found = samples.stream().filter(sample -> sample.name.equals(name))
                .filter(sample -> List.of(labels).stream().allMatch(sample.labels::contains))
                .mapToDouble(Sample::value).toArray();
        var sum = 0.0;
        for (var value : found) {
            sum += value;
        }
        return found.length == 0 || Double.isNaN(sum) ? OptionalDouble.empty() : OptionalDouble.of(sum);
    }
}
