package dev.keyturn;

import dev.keyturn.doctor.Finding;
import dev.keyturn.doctor.Verdict;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/** The doctor's findings for people: a line each, and below it what to do. */
final class DoctorTable {

    private static final int LONGEST_ITEM = 40;
    private static final int WIDTH = 120;
    private static final int VERDICT = 9;

    private final Ansi colours;
    private final StringBuilder text = new StringBuilder();
    private final int item;

    private DoctorTable(List<Finding> findings, Ansi colours) {
        this.colours = colours;
        item = Math.min(LONGEST_ITEM, findings.stream().mapToInt(finding -> finding.item().length()).max().orElse(4));
    }

    /** @param colours whether the reader is a terminal */
    static String of(List<Finding> findings, Ansi colours) {
        var table = new DoctorTable(findings, colours);
        table.row("ITEM", "VERDICT", "", "FOUND");
        findings.forEach(table::finding);
        return table.text + System.lineSeparator() + summary(findings) + System.lineSeparator();
    }

    private void finding(Finding finding) {
        var colour = switch (finding.verdict()) {
            case OK -> "green";
            case WARNING -> "yellow";
            case FAULT -> "red";
            case UNSEEN -> "faint";
        };
        row(finding.item(), word(finding.verdict()), colour, finding.found());
        if (!finding.advice().isEmpty()) {
            wrapped(finding.advice()).forEach(line -> text.append(" ".repeat(item + 2 + VERDICT)).append(line)
                    .append(System.lineSeparator()));
        }
    }

    private static String word(Verdict verdict) {
        return switch (verdict) {
            case OK -> "ok";
            case WARNING -> "warning";
            case FAULT -> "FAULT";
            case UNSEEN -> "unseen";
        };
    }

    private void row(String name, String verdict, String colour, String found) {
        var shown = colour.isEmpty() ? verdict : colours.string("@|" + colour + " " + verdict + "|@");
        var lines = wrapped(found);
        text.append(name).append(" ".repeat(Math.max(1, item + 2 - name.length())))
                .append(shown).append(" ".repeat(VERDICT - verdict.length()))
                .append(lines.get(0)).append(System.lineSeparator());
        lines.stream().skip(1).forEach(line -> text.append(" ".repeat(item + 2 + VERDICT)).append(line)
                .append(System.lineSeparator()));
    }

    /** In lines that fit beside the item; a word is never broken. */
    private List<String> wrapped(String sentence) {
        var room = WIDTH - item - 2 - VERDICT;
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (var word : sentence.split(" ")) {
            if (line.length() > 0 && line.length() + 1 + word.length() > room) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static String summary(List<Finding> findings) {
        return plural(count(Verdict.FAULT, findings), "fault") + ", "
                + plural(count(Verdict.WARNING, findings), "warning") + ", "
                + count(Verdict.UNSEEN, findings) + " unseen, " + count(Verdict.OK, findings) + " ok";
    }

    private static String plural(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static long count(Verdict verdict, List<Finding> findings) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).count();
    }
}
