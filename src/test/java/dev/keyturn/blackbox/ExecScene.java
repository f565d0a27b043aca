package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestKeys;
import dev.keyturn.servers.CredentialsServer;
import dev.keyturn.servers.KeyturnCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** {@code keyturn exec} with a shell script for an agent, and a stand-in for the server. */
final class ExecScene implements AutoCloseable {

    static final String SECRET_ONE = TestKeys.secretOf("one");
    static final String SECRET_TWO = TestKeys.secretOf("two");

    /** Says what it was started with; when it is asked to end, it does what it must, and does not take long. */
    static final String AGENT = """
            echo "agent $LIVEKIT_API_KEY began"
            trap 'echo "agent $LIVEKIT_API_KEY drains"; exit 7' TERM
            while :; do sleep 0.05; done""";

    private static final Duration WITHIN = Duration.ofMinutes(2); // on a busy machine; else it takes seconds

    final CredentialsServer server = CredentialsServer.of("APIone", SECRET_ONE, 1);
    private final Map<String, String> settings = new HashMap<>(Map.of("keyturn.exec.settle", "100ms"));
    private final List<String> options = new ArrayList<>();
    private List<String> runner = List.of();
    private KeyturnCommand exec;

    ExecScene with(String setting, String value) {
        settings.put("keyturn.exec." + setting, value);
        return this;
    }

    ExecScene option(String option) {
        options.add(option);
        return this;
    }

    ExecScene by(List<String> program) {
        runner = program;
        return this;
    }

    /** Runs the script as the agent. */
    ExecScene starts(String script) {
        return startsCommand("sh", "-c", script);
    }

    ExecScene startsCommand(String... command) {
        var arguments = new ArrayList<>(List.of("exec", "--from=" + server.url()));
        arguments.addAll(options);
        arguments.add("--");
        arguments.addAll(List.of(command));
        // a shell has what it starts in the background ignore SIGINT, and nohup SIGHUP; these tests may be started so
        var program = new ArrayList<>(List.of("env", "--default-signal=INT,HUP"));
        program.addAll(runner);
        exec = KeyturnCommand.startBy(program, settings, arguments.toArray(String[]::new));
        return this;
    }

    String log() {
        return String.join("\n", exec.lines());
    }

    /** Waits until a line of the log is, or holds, this. */
    ExecScene says(String text) {
        await("it says '" + text + "'", () -> log().contains(text));
        return this;
    }

    void await(String what, BooleanSupplier so) {
        var until = System.nanoTime() + WITHIN.toNanos();
        while (!so.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, () -> "not so within " + WITHIN + ": " + what + "\n" + log());
            LockSupport.parkNanos(20_000_000); // between two looks
        }
    }

    /** How many lines of the log hold this. */
    long count(String text) {
        return exec.lines().stream().filter(line -> line.contains(text)).count();
    }

    long pid() {
        return exec.pid();
    }

    void turn() {
        server.turn("APItwo", SECRET_TWO, 3);
    }

    static void signal(String name, long pid) {
        try {
            assertEquals(0, new ProcessBuilder("kill", "-" + name, "" + pid).start().waitFor());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    ExecScene signal(String name) {
        signal(name, exec.pid());
        return this;
    }

    void ends_with(int status) {
        assertEquals(OptionalInt.of(status), exec.status(WITHIN), this::log);
    }

    void has_not_ended() {
        assertEquals(OptionalInt.empty(), exec.status(Duration.ofMillis(1)), this::log);
    }

    /** All that it started. */
    List<ProcessHandle> descendants() {
        return ProcessHandle.of(exec.pid()).map(handle -> handle.descendants().toList()).orElse(List.of());
    }

    static HttpResponse<String> page(int port, String path) {
        try {
            return HttpClient.newHttpClient().send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static Path script(Path folder, String text) {
        try {
            return Files.writeString(folder.resolve("agent.sh"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (exec != null) {
            var started = descendants();
            exec.kill();
            started.forEach(ProcessHandle::destroyForcibly);
            exec.close();
        }
        server.close();
    }
}
