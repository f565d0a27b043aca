package dev.keyturn.agents;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Where the bearer token comes from that says who this agent is. It is looked up anew each time. */
final class BearerSource {

    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(30);

    /** Of a command that has closed its output. */
    private static final Duration END_TIMEOUT = Duration.ofSeconds(5);

    private static final int LONGEST = 16 * 1024;

    private final Optional<Path> file;
    private final Optional<List<String>> command;

    BearerSource(Optional<Path> file, Optional<List<String>> command) {
        this.file = file;
        this.command = command;
    }

    /** There is no token now; the message is a sentence without it. */
    static final class NoBearerException extends Exception {

        NoBearerException(String sentence) {
            super(sentence);
        }
    }

    /** @return empty if nobody said where tokens are: then none is sent */
    Optional<String> bearer() throws NoBearerException, InterruptedException {
        var text = file.isPresent() ? read(file.get()) : command.isPresent() ? run(command.get()) : null;
        if (text == null) {
            return Optional.empty();
        }
        var token = text.strip();
        if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new NoBearerException(where() + " holds no bearer token: it must be one word of ASCII");
        }
        return Optional.of(token);
    }

    private String where() {
        return file.map(path -> "the token file " + path)
                .orElseGet(() -> "the output of the token command '" + command.orElseThrow().get(0) + "'");
    }

    private String read(Path path) throws NoBearerException {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new NoBearerException(where() + " cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private String run(List<String> words) throws NoBearerException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            process.getOutputStream().close();
        } catch (IOException e) { // its message has all the arguments
            throw new NoBearerException("the token command '" + words.get(0) + "' cannot be run");
        }
        try {
            var output = CompletableFuture.supplyAsync(() -> output(process));
            var text = output.get(COMMAND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            if (!process.waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TimeoutException();
            }
            if (process.exitValue() != 0) {
                throw new NoBearerException("the token command '" + words.get(0) + "' ended with status "
                        + process.exitValue());
            }
            return text;
        } catch (TimeoutException | ExecutionException e) {
            throw new NoBearerException("the token command '" + words.get(0) + "' gave no token within "
                    + COMMAND_TIMEOUT.toSeconds() + " s, or did not end");
        } finally {
            WorkerProcesses.kill(process); // what a script waits for would outlive it
        }
    }

    private static String output(Process process) {
        try (var output = process.getInputStream()) {
            return new String(output.readNBytes(LONGEST), StandardCharsets.UTF_8);
        } catch (IOException ended) {
            return "";
        }
    }
}
