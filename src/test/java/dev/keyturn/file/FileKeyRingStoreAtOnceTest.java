package dev.keyturn.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestKeys;
import dev.keyturn.keys.KeyRingConflictException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several writers at once, in threads and in processes, and writers that die. */
@Timeout(120)
class FileKeyRingStoreAtOnceTest {

    @TempDir
    Path folder;

    @Test
    void of_many_threads_that_move_one_ring_one_does() throws Exception {
        var file = folder.resolve("ring.json");
        var seen = new FileKeyRingStore(file).write(TestKeys.ring("APIa"), null);
        var threads = 8;
        var start = new CyclicBarrier(threads);
        var pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Boolean>> moves = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                var next = seen.ring().stage(TestKeys.staged("APIthread" + i));
                moves.add(pool.submit(() -> {
                    start.await();
                    try {
                        new FileKeyRingStore(file).write(next, seen);
                        return true;
                    } catch (KeyRingConflictException e) {
                        return false;
                    }
                }));
            }
            var winners = new ArrayList<String>();
            for (int i = 0; i < threads; i++) {
                if (moves.get(i).get()) {
                    winners.add("APIthread" + i);
                }
            }
            assertEquals(1, winners.size(), winners.toString());
            var ring = new FileKeyRingStore(file).read().orElseThrow().ring();
            assertEquals(2, ring.version());
            assertEquals(winners.get(0), ring.keys().get(1).key().value());
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void of_two_processes_that_move_one_ring_one_does() throws Exception {
        var file = folder.resolve("ring.json");
        new FileKeyRingStore(file).write(TestKeys.ring("APIa"), null);
        var names = List.of("APIone", "APItwo");
        var processes = new ArrayList<Process>();
        try {
            for (var name : names) {
                processes.add(RingWriter.start("022", file.toString(), "stage", name));
            }
            var outputs = processes.stream().map(RingWriter::output).toList();
            for (var output : outputs) {
                assertEquals("ready", output.readLine());
            }
            for (var process : processes) {
                process.getOutputStream().close();
            }
            var ends = List.of(outputs.get(0).readLine(), outputs.get(1).readLine());

            assertEquals(List.of("conflict", "written"), ends.stream().sorted().toList());
            var ring = new FileKeyRingStore(file).read().orElseThrow().ring();
            assertEquals(2, ring.version());
            assertEquals(names.get(ends.indexOf("written")), ring.keys().get(1).key().value());
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"000", "027"})
    void whatever_the_umask_is_file_and_folder_are_their_owners_only(String umask) throws Exception {
        var file = folder.resolve("made/ring.json");
        assertEquals(0, RingWriter.start(umask, file.toString(), "first").waitFor());

        assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
        assertEquals(PosixFilePermissions.fromString("rwx------"), Files.getPosixFilePermissions(file.getParent()));
    }

    @Test
    void a_writer_that_is_killed_at_any_moment_leaves_a_whole_ring_and_no_lock() throws Exception {
        var seed = 20260301L;
        var random = new Random(seed);
        var file = folder.resolve("ring.json");
        var store = new FileKeyRingStore(file);
        var stored = store.write(TestKeys.ring("APIa"), null);
        for (int round = 0; round < 8; round++) {
            var what = "seed " + seed + ", round " + round;
            var process = RingWriter.start("022", file.toString(), "forever");
            try {
                var output = RingWriter.output(process);
                for (int writes = 1 + random.nextInt(40); writes > 0; writes--) {
                    assertEquals("written", output.readLine(), what);
                }
            } finally {
                process.destroyForcibly();
            }
            assertNotEquals(0, process.waitFor(), what);

            var left = store.read().orElseThrow();
            assertTrue(left.ring().version() > stored.ring().version(), what);
            stored = store.write(left.ring().keys().size() > 1 ? left.ring().drop(TestKeys.staged("APIb").key())
                    : left.ring().stage(TestKeys.staged("APIb")), left);
            assertEquals(stored.ring(), store.read().orElseThrow().ring(), what);
        }
    }
}
