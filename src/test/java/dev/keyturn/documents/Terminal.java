package dev.keyturn.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.keyturn.documents.CommandBlocks.Block;
import dev.keyturn.documents.CommandBlocks.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** A shell in which one block after another is run, as if it were typed. */
final class Terminal implements AutoCloseable {

    /** Each line names a file with a block; its exit status is the answer. What it starts has a process group of its own. */
    static final String SHELL = """
            set -m
            shopt -s expand_aliases
            while read -r block; do
                . "$block" </dev/null >"$block.out" 2>&1
                echo $?
            done""";

    /** Not for people: a build on a machine that is busy with other things takes minutes. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final int number;
    private final Process process;
    private final BlockingQueue<Integer> ends = new LinkedBlockingQueue<>();
    private Block running;
    private Path output;
    private int seen;
    private boolean isShownInFull;
    private boolean isInterrupted;
    private int blocks;

    Terminal(int number, Process process) {
        this.number = number;
        this.process = process;
        var reader = new Thread(() -> process.inputReader().lines().forEach(line -> ends.add(Integer.valueOf(line))),
                "terminal " + number);
        reader.setDaemon(true);
        reader.start();
    }

    /** Runs it, as soon as what ran before has ended. */
    void run(Block block, Path folder) throws IOException {
        awaitEnd();
        var file = Files.writeString(folder.resolve("terminal-" + number + "-" + ++blocks), block.text());
        running = block;
        output = Path.of(file + ".out");
        seen = 0;
        isShownInFull = false;
        isInterrupted = false;
        process.outputWriter().append(file.toString()).append('\n').flush();
    }

    /** Ctrl-C. */
    void interrupt() throws IOException {
        isInterrupted = true;
        process.descendants().filter(one -> one.parent().flatMap(ProcessHandle::parent)
                .filter(process.toHandle()::equals).isPresent()).forEach(job -> signal(job.pid()));
    }

    private static void signal(long group) {
        try {
            new ProcessBuilder("kill", "-INT", "--", "-" + group).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is shown comes next. */
    void expect(Block shown) {
        isShownInFull = !shown.text().strip().endsWith("…");
        if (shown.kind() == Kind.JSON) {
            await(shown, () -> Shown.isJson(shown.text(), output()) ? Optional.of(output().length()) : Optional.empty());
        } else {
            await(shown, () -> Shown.end(shown.text(), output(), seen));
        }
    }

    private void await(Block shown, Supplier<Optional<Integer>> end) {
        var until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var hasEnded = !ends.isEmpty(); // before the look at what it showed
            var found = end.get();
            if (found.isPresent()) {
                seen = found.get();
                return;
            }
            if (hasEnded || System.nanoTime() > until) {
                fail(shown.where() + (hasEnded ? " is otherwise than shown" : " is not shown within " + PATIENCE) + ":\n"
                        + shown.text() + "--- but\n" + output().substring(seen));
            }
            LockSupport.parkNanos(50_000_000); // between two looks
        }
    }

    /** Waits until what runs here has ended, as it should. */
    void awaitEnd() {
        if (running == null) {
            return;
        }
        try {
            var status = ends.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertTrue(status != null, () -> running.where() + " does not end");
            assertTrue(isInterrupted || status == running.status(),
                    () -> running.where() + " ends with " + status + ":\n" + output());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        if (isShownInFull && !isInterrupted) {
            assertEquals("", output().substring(seen).strip(), () -> running.where() + ": more than is shown");
        }
        running = null;
    }

    private String output() {
        try {
            return output == null || !Files.exists(output) ? "" : Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For a failure. */
    String last() {
        var text = output();
        return text.substring(Math.max(0, text.length() - 3000));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
