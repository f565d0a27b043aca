package dev.keyturn;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Secrets and tokens come from a file or, as {@code -}, from the standard input: arguments are seen by every user. */
final class TextInput {

    private static final int MAX_BYTES = 1 << 20;

    private TextInput() {}

    static String read(String fileOrDash) {
        try (var in = fileOrDash.equals("-") ? System.in : Files.newInputStream(Path.of(fileOrDash))) {
            return new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CommandFailedException(fileOrDash + " cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }
}
