package dev.keyturn.servers;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A command of the packaged program that runs beside the test, for one that takes its time: {@link KeyturnProcess#run}
 * waits for the others.
 */
public final class KeyturnCommand implements AutoCloseable {

    private final ServerProcess process;

    private KeyturnCommand(ServerProcess process) {
        this.process = process;
    }

    public static KeyturnCommand start(Map<String, String> settings, String... arguments) {
        return new KeyturnCommand(KeyturnProcess.start(settings, arguments));
    }

    /** As {@link #start}, by another program that runs it, such as {@code unshare --pid}. */
    public static KeyturnCommand startBy(List<String> runner, Map<String, String> settings, String... arguments) {
        return new KeyturnCommand(KeyturnProcess.startBy(runner, settings, arguments));
    }

    public long pid() {
        return process.pid();
    }

    /** The lines that it has printed so far, on either stream. */
    public List<String> lines() {
        return process.log().lines().toList();
    }

    /** Its exit status, if it ends within this time. */
    public OptionalInt status(Duration within) {
        return process.status(within);
    }

    /** Asks it to end, as an orchestrator does; its exit status, which is that of SIGKILL if it takes longer. */
    public int end(Duration within) {
        process.end(within);
        return process.status(Duration.ZERO).getAsInt();
    }

    /** Ends it with SIGKILL, wherever it is. */
    public void kill() {
        process.endNow();
    }

    /** Ends it, if it has not ended, and deletes all that it wrote. */
    @Override
    public void close() {
        process.stop();
    }
}
