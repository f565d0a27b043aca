package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.picocli.runtime.annotations.TopCommand;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;

/** docs/commands.md is what {@code keyturn COMMAND --help} prints, after an introduction that is written by hand. */
@QuarkusTest
class CommandsDocumentTest {

    private static final Path PAGE = Path.of("docs/commands.md");
    private static final Path AS_IT_SHOULD_BE = Path.of("target/commands.md");

    @Inject
    @TopCommand
    Object keyturn;

    @Inject
    CommandLine.IFactory factory;

    @Test
    void the_page_holds_what_each_command_says_of_itself() throws IOException {
        var page = Files.readString(PAGE);
        var introduction = page.substring(0, page.indexOf("\n## ") + 1);
        var commands = new CommandLine(keyturn, factory).setUsageHelpWidth(CommandRun.HELP_WIDTH);
        var shouldBe = introduction + withSubcommands(commands).map(CommandsDocumentTest::section)
                .collect(Collectors.joining("\n"));
        Files.writeString(AS_IT_SHOULD_BE, shouldBe);
        assertEquals(shouldBe, page, "To refresh the page: cp " + AS_IT_SHOULD_BE + " " + PAGE);
    }

    private static Stream<CommandLine> withSubcommands(CommandLine command) {
        return Stream.concat(Stream.of(command), command.getSubcommands().values().stream()
                .filter(sub -> !(sub.getCommand() instanceof HelpCommand))
                .flatMap(CommandsDocumentTest::withSubcommands));
    }

    private static String section(CommandLine command) {
        return "## " + command.getCommandSpec().qualifiedName() + "\n\n```text\n"
                + command.getUsageMessage(Ansi.OFF).stripTrailing().replaceAll(" +\n", "\n") + "\n```\n";
    }
}
