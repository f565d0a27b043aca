package dev.keyturn.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFileTest {

    @TempDir
    Path folder;

    @Test
    void a_file_that_others_could_read_is_private_once_it_is_replaced() throws Exception {
        var file = Files.writeString(folder.resolve("keys.yaml"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        PrivateFile.replace(file, "new");

        assertEquals("new", Files.readString(file));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void replacing_leaves_nothing_else_behind() throws Exception {
        PrivateFile.replace(folder.resolve("keys.yaml"), "text");

        try (var files = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("keys.yaml")), files.toList());
        }
    }

    @Test
    void where_the_folder_is_missing_nothing_is_written() {
        assertThrows(IOException.class, () -> PrivateFile.replace(folder.resolve("no/keys.yaml"), "text"));
    }

    @Test
    void a_folder_that_is_there_keeps_its_mode() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

        PrivateFile.createParent(folder.resolve("keys.yaml"));

        assertEquals("rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    }
}
