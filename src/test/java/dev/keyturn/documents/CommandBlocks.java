package dev.keyturn.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The command blocks of a document, and what is shown after them. A {@code sh} block is run, line by line as it stands,
 * unless a comment before it says why not. A {@code text} or {@code json} block right behind it, or behind a comment that
 * names a terminal, is what that terminal shows. Comments, each on a line of its own:
 *
 * <pre>
 * &lt;!-- not run: needs a cluster -->      the next block is not run
 * &lt;!-- run in docs/tutorial.md -->       the same lines are run there
 * &lt;!-- terminal 2 -->                    where the blocks from here on are run; 1 unless said
 * &lt;!-- terminal 2, after Ctrl-C -->      the same, once what runs there has been told to end
 * &lt;!-- ends with 3 -->                   the next block's exit status, 0 unless said
 * </pre>
 */
final class CommandBlocks {

    private static final Pattern COMMENT = Pattern.compile("\\s*<!-- (?:not run: (?<reason>.+)|run in (?<elsewhere>\\S+)"
            + "|terminal (?<terminal>\\d+)(?<interrupts>, after Ctrl-C)?|ends with (?<status>\\d+)) -->");
    private static final Pattern FENCE = Pattern.compile("(\\s*)```(\\w*)");

    private static final Map<String, Kind> KINDS = Map.of("sh", Kind.COMMANDS, "text", Kind.TEXT, "json", Kind.JSON);

    /** What a block is. */
    enum Kind { COMMANDS, TEXT, JSON }

    /**
     * One block.
     *
     * @param where      document and line, for people
     * @param interrupts whether Ctrl-C is pressed before it
     * @param status     of the commands' end
     * @param reason     why it is not run
     * @param elsewhere  the document in which its lines are run
     */
    record Block(String where, Kind kind, int terminal, boolean interrupts, int status, Optional<String> reason,
            Optional<String> elsewhere, String text) {

        boolean isRun() {
            return reason.isEmpty() && elsewhere.isEmpty();
        }
    }

    private final Path document;
    private final List<Block> blocks = new ArrayList<>();
    private int terminal = 1;
    private boolean named;
    private boolean interrupts;
    private int status;
    private Optional<String> reason = Optional.empty();
    private Optional<String> elsewhere = Optional.empty();

    private CommandBlocks(Path document) {
        this.document = document;
    }

    static List<Block> of(Path document) {
        try {
            return new CommandBlocks(document).read(Files.readAllLines(document));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Block> read(List<String> lines) {
        var isBehindCommands = false;
        for (int n = 0; n < lines.size(); n++) {
            var line = lines.get(n);
            var fence = FENCE.matcher(line);
            if (line.contains("<!--")) {
                comment(line);
            } else if (fence.matches()) {
                var end = n + 1;
                while (!lines.get(end).strip().equals("```")) {
                    end++;
                }
                var text = new StringBuilder();
                for (var inside : lines.subList(n + 1, end)) {
                    text.append(inside.startsWith(fence.group(1)) ? inside.substring(fence.group(1).length()) : inside)
                            .append('\n');
                }
                var kind = fence.group(2);
                if (KINDS.containsKey(kind) && (kind.equals("sh") || isBehindCommands || named)) {
                    add(n, KINDS.get(kind), text.toString());
                }
                isBehindCommands = kind.equals("sh") && blocks.get(blocks.size() - 1).isRun();
                n = end;
            } else if (!line.isBlank()) {
                isBehindCommands = false;
            }
        }
        return blocks;
    }

    private void comment(String line) {
        var comment = COMMENT.matcher(line);
        if (!comment.matches()) {
            throw new IllegalArgumentException(document + " has a comment that says nothing to its test: " + line);
        }
        reason = Optional.ofNullable(comment.group("reason")).or(() -> reason);
        elsewhere = Optional.ofNullable(comment.group("elsewhere")).or(() -> elsewhere);
        if (comment.group("terminal") != null) {
            named = true;
            terminal = Integer.parseInt(comment.group("terminal"));
            interrupts = comment.group("interrupts") != null;
        }
        if (comment.group("status") != null) {
            status = Integer.parseInt(comment.group("status"));
        }
    }

    private void add(int line, Kind kind, String text) {
        blocks.add(new Block(document + ":" + (line + 1), kind, terminal, interrupts, status, reason, elsewhere, text));
        named = false;
        interrupts = false;
        status = 0;
        reason = Optional.empty();
        elsewhere = Optional.empty();
    }
}
