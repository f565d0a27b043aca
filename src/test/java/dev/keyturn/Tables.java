package dev.keyturn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The rows of a page's tables, for tests that compare a page with the program. */
public final class Tables {

    private Tables() {}

    /** The cells of each row whose first cell is code that begins so. */
    public static List<List<String>> rows(String page, String firstBegins) {
        try (Stream<String> lines = Files.lines(Path.of("docs", page))) {
            return lines.filter(line -> line.startsWith("| `" + firstBegins))
                    .map(line -> Arrays.stream(line.split("(?<!\\\\)\\|")).skip(1).map(String::strip).toList())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without the marks of code. */
    public static String plain(String cell) {
        return cell.replace("`", "");
    }
}
