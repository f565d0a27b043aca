package dev.keyturn.callers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AuditOutputTest {

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Test
    void a_line_is_written_soon_and_not_only_at_the_end() throws InterruptedException {
        var seen = new Semaphore(0);
        var output = new AuditOutput(new PrintStream(new FilterOutputStream(written) {
            @Override
            public void flush() {
                seen.release();
            }
        }));
        output.write(out -> out.write("{\"rule\":\"é\"}"));
        assertTrue(seen.tryAcquire(10, SECONDS));
        assertEquals("{\"rule\":\"é\"}\n", written.toString(UTF_8));
        output.close();
    }

    @Test
    void lines_of_many_threads_are_all_there_when_it_is_closed_and_each_is_whole() {
        var output = new AuditOutput(new PrintStream(written));
        IntStream.range(0, 20_000).parallel().forEach(i -> output.write(out -> out.write("{\"line\":" + i + "}")));
        output.close();
        assertEquals(IntStream.range(0, 20_000).mapToObj(i -> "{\"line\":" + i + "}").collect(Collectors.toSet()),
                written.toString(UTF_8).lines().collect(Collectors.toSet()));
    }

    @Test
    void the_lines_of_a_thread_stay_in_their_order() {
        var output = new AuditOutput(new PrintStream(written));
        IntStream.range(0, 1000).forEach(i -> output.write(out -> out.write("" + i)));
        output.close();
        assertEquals(IntStream.range(0, 1000).mapToObj(i -> "" + i).toList(),
                written.toString(UTF_8).lines().toList());
    }

    @Test
    void a_line_that_comes_after_the_end_is_written_at_once() {
        var output = new AuditOutput(new PrintStream(written));
        output.close();
        output.write(out -> out.write("late"));
        assertEquals("late\n", written.toString(UTF_8));
    }

    @Test
    void while_nobody_reads_the_output_a_writer_waits_and_nothing_is_lost() throws Exception {
        var reader = new Semaphore(0);
        var output = new AuditOutput(new PrintStream(new FilterOutputStream(written) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                reader.acquireUninterruptibly();
                reader.release();
                out.write(bytes, offset, length);
            }
        }));
        var lines = 20_000; // more than may wait
        var done = CompletableFuture.runAsync(
                () -> IntStream.range(0, lines).forEach(i -> output.write(out -> out.write("line"))));
        assertFalse(done.isDone());
        reader.release();
        done.get(30, SECONDS);
        output.close();
        assertEquals(lines, written.toString(UTF_8).lines().count());
    }

    @Test
    void a_line_that_cannot_be_made_is_not_there_and_those_after_it_are() {
        var output = new AuditOutput(new PrintStream(written));
        output.write(out -> {
            out.write("half of it");
            throw new IllegalStateException("for this test");
        });
        output.write(out -> out.write("next"));
        output.close();
        assertEquals("next\n", written.toString(UTF_8));
    }
}
