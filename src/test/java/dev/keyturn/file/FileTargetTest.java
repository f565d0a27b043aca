package dev.keyturn.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.DeliveryConflictException;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.DeliveryException.Kind;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.servers.Skip;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class FileTargetTest {

    private static final KeyFile FIRST = KeyFile.of(TestKeys.ring("APIa"), TestClock.START);
    private static final KeyFile SECOND =
            KeyFile.of(TestKeys.ring("APIa").stage(TestKeys.staged("APIb")), TestClock.START.plusSeconds(1));

    @TempDir
    Path folder;

    private Path file;
    private Path runs;

    @BeforeEach
    void paths() {
        file = folder.resolve("keys.yaml");
        runs = folder.resolve("runs");
    }

    private FileTarget target(String... command) {
        return target(file, command);
    }

    private static FileTarget target(Path path, String... command) {
        return new FileTarget(config(path, "20s", command));
    }

    private static FileTargetConfig config(Path path, String timeout, String... command) {
        var settings = new HashMap<>(Map.of("keyturn.rotation.file.path", path.toString(),
                "keyturn.rotation.file.command-timeout", timeout));
        for (int i = 0; i < command.length; i++) {
            settings.put("keyturn.rotation.file.command[" + i + "]", command[i]);
        }
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(FileTargetConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build()
                .getConfigMapping(FileTargetConfig.class);
    }

    /** A command that leaves a line in {@link #runs}. */
    private String[] counting() {
        return new String[] {"sh", "-c", "echo run >> '" + runs + "'"};
    }

    private int runs() throws IOException {
        return Files.exists(runs) ? Files.readAllLines(runs).size() : 0;
    }

    private static void await(Path made) throws InterruptedException {
        while (!Files.exists(made)) {
            Thread.sleep(20);
        }
    }

    private void put(String text, String mode) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private DeliveryException refused(Kind kind) {
        var refusal = assertThrows(DeliveryException.class, target()::read);
        assertEquals(kind, refusal.kind());
        assertTrue(refusal.getMessage().contains(file.toString()), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("canary"), refusal.getMessage());
        return refusal;
    }

    @Test
    void where_no_file_is_there_is_nothing() throws Exception {
        assertEquals(Delivered.NOTHING, target().read());
        assertEquals(Delivered.NOTHING, target(folder.resolve("no/such/folder/keys.yaml")).read());
        assertEquals("file " + file, target().describe());
    }

    @Test
    void a_file_is_delivered_as_livekit_reads_it_and_read_again() throws Exception {
        target().deliver(FIRST, Delivered.NOTHING);
        var delivered = target().read();

        assertEquals(FIRST.text(), Files.readString(file));
        assertEquals("rw-------", mode(file));
        assertEquals(Optional.of(FIRST), delivered.file());
        assertEquals(Files.getLastModifiedTime(file).toInstant(), delivered.written());
        assertEquals(Restart.DONE, delivered.restart());
    }

    @Test
    void a_file_is_replaced_by_one_who_has_seen_it() throws Exception {
        var target = target(counting());
        target.deliver(FIRST, target.read());
        target.deliver(SECOND, target.read());

        assertEquals(Optional.of(SECOND), target.read().file());
        assertEquals(Restart.DONE, target.read().restart());
        assertEquals(2, runs());
    }

    @Test
    void the_revision_changes_with_every_file_and_shows_nothing_of_it() throws Exception {
        target().deliver(FIRST, Delivered.NOTHING);
        var first = target().read();
        target().deliver(SECOND, first);
        var second = target().read();

        assertNotEquals(first.revision(), second.revision());
        assertTrue(first.revision().matches("[0-9a-f]{64}"), first.revision());
        assertFalse(second.toString().contains("canary"), second.toString());
    }

    @Test
    void who_has_seen_another_file_writes_nothing_and_restarts_nothing() throws Exception {
        var target = target(counting());
        target.deliver(FIRST, Delivered.NOTHING);
        var seen = target.read();
        Files.writeString(file, FIRST.text() + "# by hand\n");
        var byHand = Files.readString(file);

        for (var stale : List.of(seen, Delivered.NOTHING)) {
            assertEquals(Kind.CONFLICT, assertThrows(DeliveryConflictException.class,
                    () -> target.deliver(SECOND, stale)).kind());
        }
        assertThrows(DeliveryConflictException.class, () -> target.restart(seen));
        assertEquals(byHand, Files.readString(file));
        Files.delete(file);
        assertThrows(DeliveryConflictException.class, () -> target.deliver(SECOND, seen));
        assertFalse(Files.exists(file));
        assertEquals(1, runs());
    }

    @Test
    void of_two_threads_at_once_one_delivers_and_livekit_is_restarted_once() throws Exception {
        target().deliver(FIRST, Delivered.NOTHING);
        var seen = target().read();
        var start = new CyclicBarrier(2);
        var pool = Executors.newFixedThreadPool(2);
        try {
            List<Future<Boolean>> deliveries = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                var next = KeyFile.of(TestKeys.ring("APIthread" + i), TestClock.START);
                deliveries.add(pool.submit(() -> {
                    start.await();
                    try {
                        target(counting()).deliver(next, seen);
                        return true;
                    } catch (DeliveryConflictException e) {
                        return false;
                    }
                }));
            }
            assertNotEquals(deliveries.get(0).get(), deliveries.get(1).get());
            assertEquals(1, runs());
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void who_finds_another_at_work_says_so_and_does_nothing() throws Exception {
        var begun = folder.resolve("begun");
        var pool = Executors.newSingleThreadExecutor();
        try {
            var slow = pool.submit(() -> {
                target("sh", "-c", "touch '" + begun + "'; while [ ! -e '" + begun + ".enough' ]; do sleep 0.1; done")
                        .deliver(FIRST, Delivered.NOTHING);
                return null;
            });
            await(begun);
            var conflict = assertThrows(DeliveryConflictException.class,
                    () -> target(counting()).deliver(SECOND, target().read()));

            assertTrue(conflict.getMessage().contains("another rotator is at work"), conflict.getMessage());
            Files.createFile(folder.resolve("begun.enough"));
            slow.get();
            assertEquals(Optional.of(FIRST), target().read().file());
            assertEquals(0, runs());
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void a_restart_is_due_after_a_crash_between_the_file_and_the_command() throws Exception {
        var target = target(counting());
        target.deliver(FIRST, target.read());
        PrivateFile.replace(file, SECOND.text()); // and then it was killed

        assertEquals(Restart.DUE, target.read().restart());
        target.restart(target.read());
        assertEquals(Restart.DONE, target.read().restart());
        assertEquals(2, runs());
    }

    @Test
    void a_restart_is_due_after_a_crash_while_the_command_ran() throws Exception {
        var marker = folder.resolve(".keys.yaml.restarted");
        var target = target(counting());
        target.deliver(FIRST, Delivered.NOTHING);
        for (var crash : List.of("", "half a mark", Files.readString(marker).substring(3))) {
            Files.writeString(marker, crash);
            assertEquals(Restart.DUE, target.read().restart(), crash);
        }
        Files.write(marker, new byte[] {-1, -2});
        assertEquals(Restart.DUE, target.read().restart());
        Files.delete(marker);
        assertEquals(Restart.DUE, target.read().restart());
    }

    @Test
    void without_a_command_or_for_a_file_of_another_hand_no_restart_is_due() throws Exception {
        put("APIa: " + TestKeys.secretOf("APIa") + "\n", "rw-------");
        assertEquals(Restart.DONE, target(counting()).read().restart());
        assertEquals(Optional.empty(), target(counting()).read().file().orElseThrow().header());

        target().deliver(FIRST, target().read());
        assertEquals(Restart.DONE, target().read().restart());
        assertEquals(Restart.DUE, target(counting()).read().restart());
    }

    @Test
    void a_killed_rotator_leaves_a_whole_file_and_no_lock() throws Exception {
        put(FIRST.text().substring(0, 80), "rw-------"); // nobody writes so, but somebody's disk was full
        var target = target(counting());
        Files.writeString(folder.resolve(".keys.yaml.new"), "half a fi");
        Files.writeString(folder.resolve(".keys.yaml.lock"), "");

        assertEquals(Map.of(), target.read().file().orElseThrow().pairs());
        target.deliver(SECOND, target.read());

        assertEquals(Optional.of(SECOND), target.read().file());
        assertFalse(Files.exists(folder.resolve(".keys.yaml.new")));
    }

    @Test
    void nothing_beside_the_file_can_be_read_by_others_or_tells_a_secret() throws Exception {
        target("true").deliver(FIRST, Delivered.NOTHING);

        try (var files = Files.list(folder)) {
            for (var each : files.toList()) {
                assertEquals("rw-------", mode(each), each.toString());
                assertEquals(each.equals(file), Files.readString(each).contains("canary"), each.toString());
            }
        }
        assertTrue(Files.readString(folder.resolve(".keys.yaml.restarted"))
                .startsWith(FIRST.header().orElseThrow().delivery() + "\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit 1", "kill -9 $$", "echo oops >&2; exit 200"})
    void however_the_command_ends_it_has_been_run(String script) throws Exception {
        var target = target("sh", "-c", script);
        target.deliver(FIRST, Delivered.NOTHING);

        assertEquals(Restart.DONE, target.read().restart());
    }

    @Test
    void a_command_that_is_not_there_is_said_and_the_restart_stays_due() throws Exception {
        var target = target("no-such-program", "canary");
        var failure = assertThrows(DeliveryException.class, () -> target.deliver(FIRST, Delivered.NOTHING));

        assertEquals(Kind.DENIED, failure.kind());
        assertTrue(failure.getMessage().contains("'no-such-program' (keyturn.rotation.file.command)"),
                failure.getMessage());
        assertFalse(failure.getMessage().contains("canary"), failure.getMessage());
        assertEquals(Optional.of(FIRST), target.read().file());
        assertEquals(Restart.DUE, target.read().restart());
    }

    @Test
    void a_command_that_hangs_is_ended_with_its_children_and_the_restart_stays_due() throws Exception {
        var child = folder.resolve("child");
        var target = new FileTarget(config(file, "2s", "sh", "-c", "sleep 600 & echo $! > '" + child + "'; wait"));
        var failure = assertThrows(DeliveryException.class, () -> target.deliver(FIRST, Delivered.NOTHING));

        assertTrue(failure.getMessage().contains("had not ended after 2 s"), failure.getMessage());
        assertEquals(Restart.DUE, target.read().restart());
        ProcessHandle.of(Long.parseLong(Files.readString(child).strip())).ifPresent(left -> left.onExit().join());
    }

    @Test
    void who_is_left_behind_by_the_command_is_not_waited_for() throws Exception {
        var left = folder.resolve("left");
        target("sh", "-c", "sleep 600 & echo $! > '" + left + "'").deliver(FIRST, Delivered.NOTHING);

        var server = ProcessHandle.of(Long.parseLong(Files.readString(left).strip())).orElseThrow();
        assertTrue(server.isAlive());
        server.destroyForcibly();
    }

    @Test
    void an_interrupted_run_ends_the_command_and_the_restart_stays_due() throws Exception {
        var begun = folder.resolve("begun");
        var target = target("sh", "-c", "touch '" + begun + "'; sleep 600");
        var failure = new DeliveryException[1];
        var run = new Thread(() -> failure[0] = assertThrows(DeliveryException.class,
                () -> target.deliver(FIRST, Delivered.NOTHING)));
        run.start();
        await(begun);
        run.interrupt();
        run.join();

        assertTrue(failure[0].getMessage().contains("was ended while"), failure[0].getMessage());
        assertEquals(Restart.DUE, target.read().restart());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx"})
    void a_file_that_others_may_touch_is_refused_with_what_to_do(String mode) throws Exception {
        put(FIRST.text(), mode);

        assertTrue(refused(Kind.DENIED).getMessage().contains("chmod 600 " + file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "canary", "- canary\n", "keys:\n  canary: canary\n", "APIa: canary\n"})
    void what_is_no_key_file_is_somebody_elses_and_stays(String text) throws Exception {
        put(text, "rw-------");

        refused(Kind.FOREIGN);
        assertThrows(DeliveryException.class, () -> target(counting()).deliver(FIRST, Delivered.NOTHING));
        assertEquals(text, Files.readString(file));
        assertEquals(0, runs());
    }

    @Test
    void a_folder_or_a_file_of_more_than_a_megabyte_is_no_key_file() throws Exception {
        Files.createDirectory(file);
        refused(Kind.FOREIGN);
        Files.delete(file);
        put("#".repeat(2 << 20), "rw-------");
        refused(Kind.FOREIGN);
    }

    @Test
    void a_file_of_ours_that_someone_broke_is_there_without_its_pairs() throws Exception {
        put(FIRST.text() + "canary: [\n", "rw-------");
        var delivered = target().read();

        assertEquals(FIRST.header(), delivered.file().orElseThrow().header());
        assertEquals(Map.of(), delivered.file().orElseThrow().pairs());
        target().deliver(SECOND, delivered);
        assertEquals(Optional.of(SECOND), target().read().file());
    }

    @Test
    void a_lost_file_is_delivered_again_and_livekit_restarted_on_it() throws Exception {
        var target = target(counting());
        target.deliver(FIRST, target.read());
        Files.delete(file);

        assertEquals(Delivered.NOTHING, target.read());
        target.deliver(FIRST, target.read());
        assertEquals(2, runs());
    }

    @Test
    void a_symbolic_link_stays_and_lock_and_mark_are_beside_the_file_behind_it() throws Exception {
        var real = folder.resolve("data/keys.yaml");
        target(real, "true").deliver(FIRST, Delivered.NOTHING);
        Files.createSymbolicLink(file, Path.of("data", "keys.yaml"));
        var target = target("true");

        assertEquals(Restart.DONE, target.read().restart());
        target.deliver(SECOND, target.read());

        assertTrue(Files.isSymbolicLink(file));
        assertEquals(Optional.of(SECOND), target(real).read().file());
        assertFalse(Files.exists(folder.resolve(".keys.yaml.lock")));
        assertFalse(Files.exists(folder.resolve(".keys.yaml.restarted")));
    }

    @Test
    void links_in_a_circle_are_a_sentence() throws Exception {
        Files.createSymbolicLink(file, folder.resolve("other"));
        Files.createSymbolicLink(folder.resolve("other"), file);

        assertThrows(DeliveryException.class, () -> target().deliver(FIRST, Delivered.NOTHING));
        assertTrue(Files.isSymbolicLink(file));
    }

    @Test
    void a_file_of_another_user_is_not_replaced_by_one_that_he_could_not_read() throws Exception {
        if (!System.getProperty("user.name").equals("root")) {
            throw Skip.loudly(getClass(), "only root gives files away");
        }
        put(FIRST.text(), "rw-------");
        Files.setOwner(file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));

        var refusal = assertThrows(DeliveryException.class, () -> target().deliver(SECOND, target().read()));

        assertEquals(Kind.DENIED, refusal.kind());
        assertTrue(refusal.getMessage().contains("belongs to nobody"), refusal.getMessage());
        assertEquals(FIRST.text(), Files.readString(file));
    }

    @Test
    void when_it_was_written_is_what_the_file_says() throws Exception {
        target().deliver(FIRST, Delivered.NOTHING);
        var written = Instant.parse("2026-03-01T00:00:00Z");
        Files.setLastModifiedTime(file, FileTime.from(written));

        assertEquals(written, target().read().written());
    }
}
