package dev.keyturn.agents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The blocks of docs/agents.md, which the tests run as they stand. */
public final class AgentsPage {

    private static final String PAGE = "docs/agents.md";

    private AgentsPage() {}

    /** The first block of this language under this heading, up to the next one. */
    public static String block(String heading, String language) {
        try {
            var block = Pattern.compile("(?ms)^#+ " + Pattern.quote(heading) + "\n(?:(?!^#).*?\n)??```" + language
                    + "\n(.*?)^```$").matcher(Files.readString(Path.of(PAGE)));
            if (!block.find()) {
                throw new IllegalStateException(PAGE + " has no block of " + language + " under '" + heading + "'");
            }
            return block.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
