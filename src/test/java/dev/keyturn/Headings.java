package dev.keyturn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Where a link into a page may lead. */
public final class Headings {

    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    private Headings() {}

    /** The anchors of a page in Markdown, as GitHub makes them of its headings: {@code #a-turn-and-what-it-costs}. */
    public static Set<String> anchors(Path page) throws IOException {
        return HEADING.matcher(Files.readString(page)).results()
                .map(heading -> "#" + heading.group(1).toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{Alnum}_ -]", "").replace(' ', '-'))
                .collect(Collectors.toSet());
    }
}
