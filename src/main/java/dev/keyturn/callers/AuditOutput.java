package dev.keyturn.callers;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Writes the audit's lines to the standard output on a thread of its own, those of some milliseconds at once: a system
 * call for each would cost as much as half a token. None is dropped: a request waits while the reader of the output
 * lags far behind.
 */
final class AuditOutput extends Handler {

    /** How long a line waits for others to join it. */
    private static final long LINGER_MS = 5;

    private static final int MOST_WAITING = 8192;

    private final PrintStream out;
    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread writer = new Thread(this::write, "keyturn-audit");
    private volatile boolean closed;

    AuditOutput(PrintStream out) {
        this.out = out;
        writer.setDaemon(true);
        writer.start();
    }

    /** Where it is while the program runs, unless the configuration gives the category a handler. */
    @Singleton
    static class Place {

        private final Logger category = Logger.getLogger(AuditWriter.CATEGORY);
        private Optional<AuditOutput> output = Optional.empty();

        void take(@Observes @Priority(1) StartupEvent event,
                @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
            if (serving && category.getHandlers().length == 0) { // a command decides nothing
                output = Optional.of(new AuditOutput(System.out));
                output.ifPresent(category::addHandler);
            }
        }

        void leave(@Observes ShutdownEvent event) {
            output.ifPresent(AuditOutput::close);
            if (LaunchMode.current() != LaunchMode.NORMAL) {
                output.ifPresent(category::removeHandler); // another program takes the place, in the same process
            }
        }
    }

    @Override
    public void publish(LogRecord line) {
        try {
            waiting.put(line.getMessage());
        } catch (InterruptedException e) {
            print(List.of(line.getMessage()));
            Thread.currentThread().interrupt();
        }
        if (closed) {
            flush();
        }
    }

    private void write() {
        var lines = new ArrayList<String>();
        try {
            while (true) {
                lines.add(waiting.take());
                Thread.sleep(LINGER_MS); // others are to join it
                waiting.drainTo(lines);
                print(lines);
                lines.clear();
            }
        } catch (InterruptedException closing) {
            print(lines);
        }
    }

    private void print(List<String> lines) {
        if (!lines.isEmpty()) {
            var bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
            synchronized (out) {
                out.write(bytes, 0, bytes.length);
                out.flush();
            }
        }
    }

    /** Writes what waits. */
    @Override
    public void flush() {
        var lines = new ArrayList<String>();
        waiting.drainTo(lines);
        print(lines);
    }

    /** Writes what waits. A line that comes later is written by whom it comes from. */
    @Override
    public void close() {
        closed = true;
        writer.interrupt();
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        flush();
    }
}
