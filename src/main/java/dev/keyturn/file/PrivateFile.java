package dev.keyturn.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Files that hold secrets: nobody but their owner reads them, and they change as a whole or not at all. */
public final class PrivateFile {

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final Set<PosixFilePermission> OTHERS =
            EnumSet.complementOf(EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.OWNER_EXECUTE));

    private static final int MAX_LINKS = 40;

    private PrivateFile() {}

    /** The file itself, behind any symbolic links: they stay, and all who come by any of them take the same lock. */
    static Path behindLinks(Path path) throws IOException {
        var file = path;
        for (int links = 0; Files.isSymbolicLink(file); links++) {
            if (links == MAX_LINKS) {
                throw new FileSystemLoopException(path.toString());
            }
            file = file.resolveSibling(Files.readSymbolicLink(file));
        }
        return file;
    }

    /** @throws WrongModeException if group or others have any right to it */
    static void requirePrivate(Path path) throws IOException {
        var mode = Files.getPosixFilePermissions(path);
        if (mode.stream().anyMatch(OTHERS::contains)) {
            throw new WrongModeException("file " + path
                    + " holds secrets and has mode " + PosixFilePermissions.toString(mode)
                    + ": run 'chmod 600 " + path + "', and turn its keys if others could read it");
        }
    }

    /**
     * Puts {@code text} in place of the file, mode 0600: written beside it, forced to the disk, renamed. Where
     * {@code link} is a symbolic link, it is the file behind it.
     *
     * @throws IOException if it failed; the file is then as it was
     */
    public static void replace(Path link, String text) throws IOException {
        var path = behindLinks(link);
        var next = beside(path, ".new");
        Files.deleteIfExists(next); // left by a crash; its mode and content are not to be trusted
        try (var channel = FileChannel.open(next, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var folder = FileChannel.open(path.getParent())) {
            folder.force(true); // the rename itself
        }
    }

    /** Makes the folder of the file, for its owner only, where it is missing. */
    public static void createParent(Path path) throws IOException {
        if (!Files.isDirectory(path.getParent())) {
            Files.createDirectories(path.getParent(), PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** The file with which writers keep each other out; it stays, for a lock on a file that is gone excludes nobody. */
    static FileChannel openLock(Path path) throws IOException {
        return FileChannel.open(beside(behindLinks(path), ".lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }

    /** Where something about the file is kept. */
    static Path beside(Path path, String suffix) {
        return path.resolveSibling("." + path.getFileName() + suffix);
    }
}
