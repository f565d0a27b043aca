package dev.keyturn.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * One server's process, its folder and its log. It ends with {@link #stop}, with the JVM's orderly end, and when the
 * JVM is killed: a watcher beside it reads a pipe that only the JVM holds open, and kills the server and
 * deletes the folder once that is closed.
 */
final class ServerProcess {

    /** Turns into the server itself, so that the process id is the server's; the watcher stays behind. */
    private static final String WITH_WATCHER = """
            exec 3<&0
            { read -r word <&3; [ "$word" = stopping ] || { kill -9 $$ && rm -rf "$PWD"; } } >/dev/null 2>&1 &
            exec "$0" "$@" </dev/null 3<&-""";

    private static final Duration READY_WITHIN = Duration.ofMinutes(2); // on a busy machine; else it takes a second

    private final Process process;
    private final Path folder;
    private final Thread hook = new Thread(this::endWithTheJvm, "server end");

    private ServerProcess(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** A folder of a process' own, which {@link #stop} deletes, or whoever else starts one. */
    static Path folder(String name) {
        try {
            return Files.createTempDirectory("keyturn-" + name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it; {@code arguments} must hold no secret, {@code environment} may. */
    static ServerProcess start(Path program, List<String> arguments, Map<String, String> environment, Path folder) {
        var command = new ArrayList<>(List.of("sh", "-c", WITH_WATCHER, program.toString()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        // nothing of the user's is read or overwritten
        builder.environment().keySet().removeIf(name -> name.matches("(LIVEKIT|VAULT|BAO|ETCD|KUBE|KWOK)_.*"));
        builder.environment().put("HOME", folder.toString());
        builder.environment().putAll(environment);
        try {
            return new ServerProcess(builder.start(), folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a GET is answered with a status that means "ready". */
    ServerProcess awaitReady(String url, IntPredicate ready) {
        return awaitReady(() -> ready.test(status(url)));
    }

    /** Waits until it is ready, for one that a plain GET does not tell it of. */
    ServerProcess awaitReady(BooleanSupplier ready) {
        return awaitReady(ready, READY_WITHIN);
    }

    /** The same, for one that is built first. */
    ServerProcess awaitReady(BooleanSupplier ready, Duration within) {
        var until = Instant.now().plus(within);
        while (!ready.getAsBoolean()) {
            if (ended(Duration.ofMillis(20)) || Instant.now().isAfter(until)) {
                var message = (process.isAlive() ? "the server is not ready after " + within
                        : "the server ended with status " + process.exitValue()) + "; its log:\n" + log();
                stop();
                throw new IllegalStateException(message);
            }
        }
        return this;
    }

    /** The status of its answer, or 0 for no answer. */
    private static int status(String url) {
        try {
            var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setConnectTimeout(2_000);
            connection.setReadTimeout(2_000);
            return connection.getResponseCode();
        } catch (IOException notYet) {
            return 0;
        }
    }

    private boolean ended(Duration within) {
        try {
            return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return true;
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** All that it has printed. */
    String log() {
        try {
            return Files.readString(folder.resolve("log"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    /** SIGHUP: reads its certificates again. */
    void hangUp() {
        try {
            new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it with SIGTERM, or SIGKILL after ten seconds, and keeps its folder. */
    void end() {
        end(Duration.ofSeconds(10));
    }

    /** Ends it with SIGTERM, or SIGKILL after {@code grace}, and keeps its folder. */
    void end(Duration grace) {
        dismissWatcher();
        process.destroy();
        if (!ended(grace)) {
            process.destroyForcibly();
            ended(Duration.ofSeconds(10));
        }
        forgetHook();
    }

    /** Ends it with SIGKILL, for a server that would first wait for its clients, and keeps its folder. */
    void endNow() {
        dismissWatcher();
        process.destroyForcibly();
        ended(Duration.ofSeconds(10));
        forgetHook();
    }

    /** Its exit status, if it ends within this time. */
    OptionalInt status(Duration within) {
        return ended(within) ? OptionalInt.of(process.exitValue()) : OptionalInt.empty();
    }

    /** Ends it as {@link #end} does and deletes its folder. */
    void stop() {
        end();
        delete();
    }

    /** Deletes its folder, once it has ended; one that could not start again has none any more. */
    void delete() {
        delete(folder);
    }

    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void endWithTheJvm() {
        endNow();
        delete();
    }

    private void dismissWatcher() {
        try {
            var pipe = process.getOutputStream();
            pipe.write("stopping\n".getBytes(StandardCharsets.US_ASCII));
            pipe.flush();
        } catch (IOException gone) {
            // the server has ended already, and the watcher with it
        }
    }

    private void forgetHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException jvmEnds) {
            // the hook runs, or has run
        }
    }
}
