package dev.keyturn;

import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.NodeAnswer;
import dev.keyturn.rotation.Outcome.Kind;
import dev.keyturn.rotation.Status;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;

/** {@link Status} for people. */
final class StatusTable {

    private final Status status;
    private final Ansi colours;
    private final StringBuilder text = new StringBuilder();

    private StatusTable(Status status, Ansi colours) {
        this.status = status;
        this.colours = colours;
    }

    /** @param colours whether the reader is a terminal */
    static String of(Status status, Ansi colours) {
        var table = new StatusTable(status, colours);
        table.ring();
        table.file();
        table.nodes();
        status.problems().forEach(problem -> table.line("Problem", table.coloured("red", problem)));
        table.next();
        return table.text.toString();
    }

    private void line(String label, String value) {
        text.append(String.format("%-9s %s%n", label, value));
    }

    private void ring() {
        line("Ring", "version " + status.ring().version() + " in " + status.store()
                + status.written().map(at -> ", written " + Times.when(at, status.at())).orElse(""));
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("", "KEY", "STATE", "SINCE", "AGE"));
        for (var key : status.ring().keys()) {
            rows.add(List.of("", key.key().value(), state(key), key.since().truncatedTo(ChronoUnit.SECONDS).toString(),
                    Times.span(age(key)) + (key.compromised() ? coloured("red", "  COMPROMISED") : "")));
        }
        table(rows);
    }

    private Duration age(SigningKey key) {
        var age = Duration.between(key.since(), status.at());
        return age.isNegative() ? Duration.ZERO : age;
    }

    private String state(SigningKey key) {
        return key.state() == KeyState.ACTIVE ? coloured("green", "ACTIVE") : key.state().name();
    }

    private void file() {
        if (status.target().isEmpty()) {
            line("Key file", "delivered by you (keyturn.rotation.target is not set)");
            return;
        }
        status.delivered().ifPresent(delivered -> {
            line("Key file", status.target().get() + ": "
                    + delivered.file().map(this::file).orElse("nothing there yet"));
            if (!delivered.progress().isEmpty()) {
                line("", delivered.progress());
            }
        });
    }

    private String file(KeyFile file) {
        var version = file.header().map(KeyFile.Header::ringVersion);
        var made = version.map(of -> "made from version " + of + " of the ring").orElse("not Keyturn's");
        if (status.isDelivered()) {
            return made + ", as the ring says";
        }
        var lacks = status.ring().keys().stream().map(SigningKey::key)
                .filter(key -> !file.pairs().containsKey(key)).toList();
        return version.filter(of -> of == status.ring().version() + 1).isPresent() && !lacks.isEmpty()
                ? made + ", without " + lacks + " on its way out" : made + ", not as the ring says";
    }

    private void nodes() {
        if (status.nodes().isEmpty()) {
            return;
        }
        var rows = new ArrayList<List<String>>();
        var head = new ArrayList<>(List.of("Nodes", "ADDRESS"));
        status.ring().keys().forEach(key -> head.add(key.key().value()));
        head.add("CLOCK");
        rows.add(head);
        for (var node : status.nodes()) {
            var row = new ArrayList<>(List.of("", node.node()));
            status.ring().keys().forEach(key -> row.add(verdict(node, key)));
            row.add(node.ahead().map(ahead -> String.format(Locale.ROOT, "%+d s", ahead.toSeconds()))
                    .orElse("unknown"));
            row.add(coloured("red", node.problem()));
            rows.add(row);
        }
        table(rows);
    }

    private String verdict(NodeAnswer node, SigningKey key) {
        return switch (node.verdict(key.key())) {
            case ACCEPTS -> coloured("green", "accepts");
            case REFUSES -> coloured("yellow", "refuses");
            case UNKNOWN -> coloured("red", "unknown");
        };
    }

    private void next() {
        var next = status.next();
        var due = next.at().map(at -> Times.when(at, status.at())).orElse("");
        line("Next", switch (next.kind()) {
            case WAITING -> "waiting since " + due + ": " + next.sentence();
            case BLOCKED -> coloured("red", "blocked") + (due.isEmpty() ? "" : " since " + due) + ": "
                    + next.sentence();
            case NOTHING, HOLDING -> next.sentence() + (due.isEmpty() ? "" : ", " + due);
            default -> next.kind() == Kind.FAILED ? "not known" : next.sentence();
        });
    }

    private String coloured(String colour, String word) {
        return word.isEmpty() ? "" : colours.string("@|" + colour + " " + word.replace("|@", "") + "|@");
    }

    /** Columns as wide as their widest word, which colours do not count for. */
    private void table(List<List<String>> rows) {
        var widths = new ArrayList<Integer>();
        for (var row : rows) {
            for (int i = 0; i < row.size(); i++) {
                if (i == widths.size()) {
                    widths.add(9);
                }
                widths.set(i, Math.max(widths.get(i), width(row.get(i))));
            }
        }
        for (var row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i)).append(" ".repeat(widths.get(i) - width(row.get(i)) + 1));
            }
            text.append(line.toString().stripTrailing()).append(System.lineSeparator());
        }
    }

    private static int width(String word) {
        return word.replaceAll("\u001B\\[[0-9;]*m", "").length();
    }
}
