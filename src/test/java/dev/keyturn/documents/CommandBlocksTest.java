package dev.keyturn.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.documents.CommandBlocks.Block;
import dev.keyturn.documents.CommandBlocks.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What {@link DocumentedCommandsIT} does not run is little, and each says why. */
class CommandBlocksTest {

    static final List<Path> DOCUMENTS = List.of(Path.of("README.md"), Path.of("docs/tutorial.md"));

    /** Raise it only for a block that nobody can run on one machine without the internet. */
    private static final int NOT_RUN = 11;

    @Test
    void few_blocks_are_not_run() {
        var notRun = DOCUMENTS.stream().flatMap(document -> CommandBlocks.of(document).stream())
                .filter(block -> block.kind() == Kind.COMMANDS && block.reason().isPresent()).map(Block::where).toList();
        assertTrue(notRun.size() <= NOT_RUN, notRun::toString);
    }

    @Test
    void what_is_run_elsewhere_stands_there_word_for_word() {
        for (var document : DOCUMENTS) {
            for (var block : CommandBlocks.of(document)) {
                block.elsewhere().ifPresent(other -> {
                    var there = CommandBlocks.of(Path.of(other)).stream()
                            .filter(one -> one.kind() == Kind.COMMANDS && one.isRun()).map(Block::text)
                            .flatMap(String::lines).map(CommandBlocksTest::command).collect(Collectors.toSet());
                    assertEquals(List.of(), block.text().lines().map(CommandBlocksTest::command)
                            .filter(line -> !there.contains(line)).toList(), block.where() + " is not run in " + other);
                });
            }
        }
    }

    /** Without what is said about it. */
    private static String command(String line) {
        return line.replaceFirst(" +#.*", "").strip();
    }
}
