package dev.keyturn.callers;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Writes the audit's lines to the standard output on a thread of its own, those of some milliseconds at once: the text of
 * one and a system call for it, on the request's thread, would cost more than signing the token. None is dropped: a
 * request waits while the reader of the output lags far behind.
 */
final class AuditOutput {

    private static final Logger LOG = Logger.getLogger(AuditOutput.class);

    /** How long a line waits for others to join it. */
    private static final long LINGER_MS = 5;

    private static final int MOST_WAITING = 8192;

    private final PrintStream out;
    private final BlockingQueue<Supplier<String>> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread writer = new Thread(this::write, "keyturn-audit");
    private volatile boolean closed;

    AuditOutput(PrintStream out) {
        this.out = out;
        writer.setDaemon(true);
        writer.start();
    }

    /** Takes a line, and is asked for its text later, by the thread that writes. */
    void write(Supplier<String> line) {
        try {
            waiting.put(line);
        } catch (InterruptedException e) {
            print(List.of(line));
            Thread.currentThread().interrupt();
        }
        if (closed) {
            printWaiting();
        }
    }

    private void write() {
        var lines = new ArrayList<Supplier<String>>();
        try {
            while (!closed) {
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

    private void print(List<Supplier<String>> lines) {
        var text = new StringBuilder();
        for (var line : lines) {
            try {
                text.append(line.get()).append('\n');
            } catch (RuntimeException e) { // a mistake of ours must not end the thread, for which requests would wait
                LOG.error("A line of the audit could not be written", e);
            }
        }
        var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        synchronized (out) {
            out.write(bytes, 0, bytes.length);
            out.flush();
        }
    }

    private void printWaiting() {
        var lines = new ArrayList<Supplier<String>>();
        waiting.drainTo(lines);
        print(lines);
    }

    /** Writes what waits. A line that comes later is written by whom it comes from. */
    void close() {
        closed = true;
        writer.interrupt();
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        printWaiting();
    }
}
