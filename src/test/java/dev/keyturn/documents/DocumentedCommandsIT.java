package dev.keyturn.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.documents.CommandBlocks.Block;
import dev.keyturn.documents.CommandBlocks.Kind;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A newcomer follows README and tutorial, word for word, in a clone of their own, on the ports that the documents name.
 * What they would fetch from the internet is there already: Maven's repository, LiveKit and an agent's Python.
 */
@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.PYTHON_AGENTS})
class DocumentedCommandsIT {

    @Test
    void a_newcomer_can_follow_README_and_the_tutorial(@TempDir Path folder) throws Exception {
        var clone = clone(Files.createDirectory(folder.resolve("keyturn")));
        fetch(clone);
        var bin = folder.resolve("bin");
        standIn(bin.resolve("livekit-server"), ServerBinary.LIVEKIT);
        standIn(clone.resolve("target/tutorial/python/bin/python"), ServerBinary.PYTHON_AGENTS);
        Files.writeString(folder.resolve(".curlrc"), "silent\n"); // as it is where somebody looks on
        var environment = Map.of("PATH", bin + ":" + System.getenv("PATH"), "CURL_HOME", folder.toString(),
                "MAVEN_ARGS", "-o -Dmaven.test.skip=true"); // the tests are compiled in the tree that this one is of

        for (var document : CommandBlocksTest.DOCUMENTS) {
            try (var newcomer = new Newcomer(clone, environment)) {
                follow(CommandBlocks.of(document).stream().filter(Block::isRun).toList(), newcomer,
                        Files.createDirectory(folder.resolve(document.getFileName())));
            }
        }
        assertEquals("", git(clone, "ls-files", "--others", "--modified", "--exclude-standard"), "the clone is not clean");
    }

    static void follow(List<Block> blocks, Newcomer newcomer, Path folder) throws IOException {
        try {
            for (int n = 0; n < blocks.size(); n++) {
                var block = blocks.get(n);
                var terminal = newcomer.terminal(block.terminal());
                if (block.interrupts()) {
                    terminal.interrupt();
                }
                if (block.kind() == Kind.COMMANDS) {
                    terminal.run(block, folder);
                } else {
                    terminal.expect(block);
                }
                var isShownNext = n + 1 < blocks.size() && blocks.get(n + 1).kind() != Kind.COMMANDS
                        && blocks.get(n + 1).terminal() == block.terminal();
                if (block.kind() == Kind.COMMANDS && !isShownNext) {
                    terminal.awaitEnd();
                }
            }
        } catch (AssertionError failed) {
            throw new AssertionError(failed.getMessage() + newcomer.sees(), failed);
        }
    }

    /** What git has of this tree, as it is now. */
    private static Path clone(Path into) throws IOException, InterruptedException {
        for (var name : git(Path.of(""), "ls-files", "-z").split("\0")) {
            var file = Path.of(name);
            if (Files.exists(file)) { // else it is about to be deleted
                Files.createDirectories(into.resolve(name).getParent());
                Files.copy(file, into.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        git(into, "init", "--quiet");
        git(into, "add", "--all");
        return into;
    }

    /** What quarkus:dev needs beyond a build, before the network is left behind. */
    private static void fetch(Path clone) throws IOException, InterruptedException {
        var maven = new ProcessBuilder("./mvnw", "-B", "-q", "quarkus:go-offline", "-Dmode=dev").directory(clone.toFile())
                .inheritIO().start();
        assertEquals(0, maven.waitFor(), "./mvnw quarkus:go-offline");
    }

    private static String git(Path folder, String... arguments) throws IOException, InterruptedException {
        var command = new ProcessBuilder("git").directory(folder.toAbsolutePath().toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        command.command().addAll(List.of(arguments));
        var process = command.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> "git " + String.join(" ", arguments));
        return output;
    }

    private static void standIn(Path file, ServerBinary program) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\nexec '" + program.path().toAbsolutePath() + "' \"$@\"\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
