package dev.keyturn.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestKeys;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingConflictException;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.keys.KeyRingStore.Stored;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyRingStoreException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileKeyRingStoreTest {

    private static final KeyRing RING = TestKeys.ring("APIa");
    private static final KeyRing NEXT = RING.stage(TestKeys.staged("APIb"));

    @TempDir
    Path folder;

    private Path file;
    private FileKeyRingStore store;

    @BeforeEach
    void store() {
        file = folder.resolve("ring.json");
        store = new FileKeyRingStore(file);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static Instant changed(Path path) throws IOException {
        return ((FileTime) Files.getAttribute(path, "unix:ctime")).toInstant();
    }

    private void put(byte[] text, String mode) throws IOException {
        Files.write(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private KeyRingStoreException unreadable() {
        var refusal = assertThrows(KeyRingStoreException.class, store::read);
        assertTrue(refusal.getMessage().contains(file.toString()), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("canary"), refusal.getMessage());
        return refusal;
    }

    @Test
    void where_no_file_is_there_is_no_ring() throws Exception {
        assertEquals(Optional.empty(), store.read());
        assertEquals(Optional.empty(), new FileKeyRingStore(folder.resolve("no/such/folder/ring.json")).read());
    }

    @Test
    void the_first_ring_is_written_and_read_again() throws Exception {
        var written = store.write(RING, null);

        assertEquals(new Stored(RING, 1), written);
        assertEquals(Optional.of(written.ring()), store.read().map(Stored::ring));
        assertEquals("rw-------", mode(file));
        assertEquals("file " + file, store.describe());
    }

    @Test
    void a_ring_was_written_when_its_file_came_to_its_name_whatever_the_time_on_its_bytes() throws Exception {
        store.write(RING, null);
        var began = changed(file);
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));

        var written = store.read().orElseThrow().written().orElseThrow();

        assertEquals(changed(file), written);
        assertFalse(written.isBefore(began));
    }

    @Test
    void a_missing_folder_is_made_for_its_owner_only() throws Exception {
        var deep = folder.resolve("var/keyturn/ring.json");
        new FileKeyRingStore(deep).write(RING, null);

        assertEquals("rwx------", mode(deep.getParent()));
        assertEquals("rwx------", mode(deep.getParent().getParent()));
    }

    @Test
    void a_ring_is_replaced_by_one_who_has_seen_it() throws Exception {
        var second = store.write(NEXT, store.write(RING, null));

        assertEquals(Optional.of(second.ring()), store.read().map(Stored::ring));
        assertEquals(NEXT, second.ring());
        assertEquals("rw-------", mode(file));
    }

    @Test
    void a_ring_that_someone_else_replaced_meanwhile_stays_as_it_is() throws Exception {
        var seen = store.write(RING, null);
        var theirs = new FileKeyRingStore(file).write(RING.stage(TestKeys.staged("APItheirs")), seen);

        var conflict = assertThrows(KeyRingConflictException.class, () -> store.write(NEXT, seen));

        assertEquals(Kind.CONFLICT, conflict.kind());
        assertTrue(conflict.getMessage().contains("version 2"), conflict.getMessage());
        assertEquals(Optional.of(theirs.ring()), store.read().map(Stored::ring));
    }

    @Test
    void a_ring_of_the_same_version_with_other_keys_is_a_conflict_too() throws Exception {
        store.write(TestKeys.ring("APIother"), null);

        assertThrows(KeyRingConflictException.class, () -> store.write(NEXT, new Stored(RING, 1)));
    }

    @Test
    void the_first_ring_never_replaces_another() throws Exception {
        var seen = store.write(RING, null);

        assertThrows(KeyRingConflictException.class, () -> store.write(TestKeys.ring("APIother"), null));
        assertEquals(Optional.of(seen.ring()), store.read().map(Stored::ring));
    }

    @Test
    void a_ring_that_is_gone_is_not_replaced() throws Exception {
        var seen = store.write(RING, null);
        Files.delete(file);

        assertThrows(KeyRingConflictException.class, () -> store.write(NEXT, seen));
        assertFalse(Files.exists(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw------x", "rwxrwxrwx", "r-----r--"})
    void a_file_that_others_may_touch_is_refused_with_what_to_do(String mode) throws Exception {
        store.write(RING, null);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

        var refusal = unreadable();
        assertEquals(Kind.DENIED, refusal.kind());
        assertTrue(refusal.getMessage().contains("chmod 600 " + file), refusal.getMessage());
        refusal = assertThrows(KeyRingStoreException.class, () -> store.write(NEXT, new Stored(RING, 1)));
        assertEquals(Kind.DENIED, refusal.kind());
    }

    @Test
    void a_file_that_only_its_owner_may_read_is_read() throws Exception {
        store.write(RING, null);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));

        assertEquals(RING, store.read().orElseThrow().ring());
    }

    @Test
    void a_half_written_file_is_broken_and_says_what_to_do() throws Exception {
        var whole = KeyRingDocument.write(RING).toPrettyString().getBytes();
        for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1}) {
            put(Arrays.copyOf(whole, length), "rw-------");

            var refusal = unreadable();
            assertEquals(Kind.BROKEN, refusal.kind());
            assertTrue(
                    refusal.getMessage().contains("backup") && refusal.getMessage().contains("keyturn init --import"),
                    refusal.getMessage());
        }
    }

    @Test
    void a_broken_file_is_not_overwritten_even_by_a_first_ring() throws Exception {
        put("canary".getBytes(), "rw-------");

        assertEquals(Kind.BROKEN, assertThrows(KeyRingStoreException.class, () -> store.write(RING, null)).kind());
        assertEquals("canary", Files.readString(file));
    }

    @Test
    void a_file_of_more_than_a_megabyte_is_no_ring() throws Exception {
        put(new byte[KeyRingDocument.MAX_BYTES + 1], "rw-------");

        assertEquals(Kind.BROKEN, unreadable().kind());
    }

    @Test
    void the_development_key_in_a_file_is_told_as_such() throws Exception {
        var text = KeyRingDocument.write(RING).toString().replace(TestKeys.secretOf("APIa"), "secret");
        put(text.getBytes(), "rw-------");

        assertEquals(Kind.DEVELOPMENT_KEY, unreadable().kind());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxr-xr-x", "rwx------"})
    void a_folder_in_its_place_is_no_ring(String mode) throws Exception {
        Files.createDirectory(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

        var refusal = unreadable();
        assertEquals(Kind.BROKEN, refusal.kind());
        assertFalse(refusal.getMessage().contains("chmod"), refusal.getMessage());
    }

    @Test
    void what_a_crash_left_beside_the_file_is_in_nobodys_way() throws Exception {
        Files.writeString(folder.resolve(".ring.json.new"), "half a docu");
        Files.writeString(folder.resolve(".ring.json.lock"), "");

        store.write(RING, null);

        assertEquals(RING, store.read().orElseThrow().ring());
        assertFalse(Files.exists(folder.resolve(".ring.json.new")));
    }

    @Test
    void nothing_beside_the_file_can_be_read_by_others() throws Exception {
        store.write(RING, null);

        try (var files = Files.list(folder)) {
            for (var each : files.toList()) {
                assertEquals("rw-------", mode(each), each.toString());
            }
        }
    }

    @Test
    void a_symbolic_link_stays_and_the_file_behind_it_changes() throws Exception {
        var real = folder.resolve("data/ring.json");
        new FileKeyRingStore(real).write(RING, null);
        Files.createSymbolicLink(file, Path.of("data", "ring.json"));

        store.write(NEXT, store.read().orElseThrow());

        assertTrue(Files.isSymbolicLink(file));
        assertEquals(NEXT, new FileKeyRingStore(real).read().orElseThrow().ring());
        assertFalse(Files.exists(folder.resolve(".ring.json.lock")), "by link or not, there is one lock");
    }

    @Test
    void a_symbolic_link_to_a_file_that_is_still_to_come_is_followed() throws Exception {
        Files.createSymbolicLink(file, folder.resolve("later.json"));

        assertEquals(Optional.empty(), store.read());
        store.write(RING, null);

        assertTrue(Files.isSymbolicLink(file));
        assertEquals("rw-------", mode(folder.resolve("later.json")));
    }

    @Test
    void links_in_a_circle_are_an_error_and_not_a_ring() throws Exception {
        Files.createSymbolicLink(file, folder.resolve("other"));
        Files.createSymbolicLink(folder.resolve("other"), file);

        assertThrows(KeyRingStoreException.class, () -> store.write(RING, null));
        assertTrue(Files.isSymbolicLink(file));
    }
}
