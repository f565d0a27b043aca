package dev.keyturn;

import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/** How the program ends. What an operator can mend is said in a sentence; only a bug of ours has a stack trace. */
final class Ending {

    /** SmallRye Config's words for a value that is none of its type, and those that it puts before any sentence. */
    private static final Pattern WRONG_VALUE = Pattern.compile(
            "The config property (\\S+) with the config value \"(.*)\" threw an Exception whilst being converted (.*)");
    private static final Pattern NOISE = Pattern.compile(
            "[a-z.]+\\.[A-Za-z]+Exception: |SRC[A-Z]+[0-9]+: |Cannot convert \\S+ to enum class \\S+, ");

    private Ending() {}

    /** Called by the platform, once, whatever ends it. */
    static void of(int status, Throwable failure) {
        if (failure != null) {
            sentence(failure).ifPresentOrElse(System.err::println,
                    () -> Logger.getLogger(Keyturn.class).error("Keyturn could not start: " + root(failure), failure));
        }
        ApplicationLifecycleManager.getDefaultExitCodeHandler().accept(status, failure);
    }

    /** A command logs no stack trace, so that what began it has to stand in the line. */
    private static Throwable root(Throwable failure) {
        var root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** What went wrong, for an operator; empty if it is none that an operator can mend. */
    static Optional<String> sentence(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConfigValidationException invalid) {
                return Optional.of(IntStream.range(0, invalid.getProblemCount())
                        .mapToObj(i -> sentence(invalid.getProblem(i).getMessage()))
                        .collect(Collectors.joining(System.lineSeparator())));
            }
            if (cause instanceof QuarkusBindException bind) {
                return Optional.of("Cannot listen on " + bind.getHost() + ":" + bind.getPort()
                        + ": is the port in use, or the address another machine's?"
                        + " quarkus.http.port and quarkus.management.port choose other ports.");
            }
            if (cause instanceof ConfigurationException) {
                return Optional.of(cause.getMessage());
            }
        }
        return Optional.empty();
    }

    private static String sentence(String problem) {
        var plain = NOISE.matcher(problem).replaceAll("");
        var value = WRONG_VALUE.matcher(plain);
        return value.matches() ? value.group(1) + " cannot be '" + value.group(2) + "': " + value.group(3) : plain;
    }
}
