package dev.keyturn;

import dev.keyturn.keys.KeyRingStoreException;
import io.quarkus.picocli.runtime.annotations.TopCommand;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.configuration.ConfigurationException;
import picocli.CommandLine;

/** Runs one command and ends. A failure is a sentence on the standard error and an exit code, never a stack trace. */
class CommandRun implements QuarkusApplication {

    static final int HELP_WIDTH = 100;

    private final Object command;
    private final CommandLine.IFactory factory;

    CommandRun(@TopCommand Object command, CommandLine.IFactory factory) {
        this.command = command;
        this.factory = factory;
    }

    @Override
    public int run(String... args) {
        return new CommandLine(command, factory)
                .setUsageHelpWidth(HELP_WIDTH)
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    line.getErr().println("keyturn " + line.getCommandName() + ": " + sentence(failure));
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(args);
    }

    private static String sentence(Exception failure) {
        var isOurs = failure instanceof CommandFailedException || failure instanceof KeyRingStoreException
                || failure instanceof ConfigurationException || failure instanceof IllegalArgumentException;
        // the latter is a bug; its class helps to report it
        return isOurs ? failure.getMessage() : "failed: " + failure;
    }
}
