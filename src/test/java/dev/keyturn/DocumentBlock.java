package dev.keyturn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** A block of code in a document, as it stands: tests run it. */
public final class DocumentBlock {

    private DocumentBlock() {}

    /** The first one of this language under this heading, up to the next heading. */
    public static String of(String page, String heading, String language) {
        try {
            var block = Pattern.compile("(?ms)^#+ " + Pattern.quote(heading) + "\n(?:(?!^#).*?\n)??```" + language
                    + "\n(.*?)^```$").matcher(Files.readString(Path.of(page)));
            if (!block.find()) {
                throw new IllegalStateException(page + " has no block of " + language + " under '" + heading + "'");
            }
            return block.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
