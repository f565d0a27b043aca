package dev.keyturn.callers;

import dev.keyturn.callers.AuditLog.Line;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
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

    /** In characters: the buffer for it stays. */
    private static final int MOST_AT_ONCE = 64 * 1024;

    private final PrintStream out;
    private final StringWriter text = new StringWriter();
    private final BlockingQueue<Line> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread writer = new Thread(this::write, "keyturn-audit");
    private volatile boolean closed;

    AuditOutput(PrintStream out) {
        this.out = out;
        writer.setDaemon(true);
        writer.start();
    }

    /** Takes a line, and is asked for its text later, by the thread that writes. */
    void write(Line line) {
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
        var lines = new ArrayList<Line>();
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

    private synchronized void print(List<Line> lines) {
        for (var line : lines) {
            var begin = text.getBuffer().length();
            try {
                line.writeTo(text);
                text.append('\n');
            } catch (IOException | RuntimeException e) { // a mistake of ours must not end the thread that writes
                text.getBuffer().setLength(begin);
                LOG.error("A line of the audit could not be written", e);
            }
            if (text.getBuffer().length() > MOST_AT_ONCE) {
                flush();
            }
        }
        flush();
    }

    private void flush() {
        var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        text.getBuffer().setLength(0);
        out.write(bytes, 0, bytes.length);
        out.flush();
    }

    private void printWaiting() {
        var lines = new ArrayList<Line>();
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
