package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.keyturn.agents.AgentsPage;
import dev.keyturn.servers.ServerBinary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A program of src/test/back-ends around a block of docs/agents.md. It counts LiveKit's rooms when it is asked to, and
 * ends with its standard input, so that it outlives no test.
 */
final class BackEnd implements AutoCloseable {

    private static final Path PROGRAMS = Path.of("src/test/back-ends").toAbsolutePath();

    private static final String PACKAGES = "node_modules";

    /** What each language takes to run one. */
    enum Language {

        PYTHON("Python", "python", "credentials.py", "rooms.py") {
            @Override
            List<String> command(Path folder) {
                return List.of(ServerBinary.PYTHON_AGENTS.path().toString(), "rooms.py");
            }
        },

        NODE("Node", "js", "credentials.mjs", "rooms.mjs") {
            @Override
            List<String> command(Path folder) throws IOException {
                Files.createSymbolicLink(folder.resolve(PACKAGES), ServerBinary.NODE_AGENTS.path());
                return List.of("node", "rooms.mjs");
            }
        },

        GO("Go", "go", "credentials.go", "rooms.go") {
            @Override
            List<String> command(Path folder) throws IOException, InterruptedException {
                Files.writeString(folder.resolve("go.mod"), "module rooms\n\ngo 1.19\n");
                var build = new ProcessBuilder(ServerBinary.GO.path().toString(), "build", "-o", "rooms", ".")
                        .directory(folder.toFile()).redirectErrorStream(true).start();
                var says = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertEquals(0, build.waitFor(), says);
                return List.of(folder.resolve("rooms").toString());
            }
        };

        private final String heading;
        private final String fence;
        private final String page;
        private final String program;

        Language(String heading, String fence, String page, String program) {
            this.heading = heading;
            this.fence = fence;
            this.page = page;
            this.program = program;
        }

        abstract List<String> command(Path folder) throws IOException, InterruptedException;
    }

    private final Process process;
    private final Path folder;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private BackEnd(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
        var reader = new Thread(this::read, "back-end");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts it in this folder, which is empty. */
    static BackEnd start(Language language, Path folder, Map<String, String> environment)
            throws IOException, InterruptedException {
        Files.writeString(folder.resolve(language.page), AgentsPage.block(language.heading, language.fence));
        Files.copy(PROGRAMS.resolve(language.program), folder.resolve(language.program));
        var builder = new ProcessBuilder(language.command(folder)).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new BackEnd(builder.start(), folder);
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            out.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException ended) {
            // with the process
        }
    }

    /** Has it ask LiveKit; {@code KEY COUNT}: the key that it asked with, and how many rooms there are. */
    String rooms() {
        try {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            for (var line = next(); ; line = next()) {
                if (line.startsWith("rooms ")) {
                    return line.substring("rooms ".length());
                }
                if (!line.startsWith("Keyturn: ")) { // which says that it is away
                    throw new AssertionError("the back-end says: " + line + " " + lines);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the back-end has ended: " + lines, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String next() throws InterruptedException {
        var line = lines.poll(30, TimeUnit.SECONDS);
        assertNotNull(line, "the back-end says nothing");
        return line;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(folder.resolve(PACKAGES)); // a link, which must not be followed
    }
}
