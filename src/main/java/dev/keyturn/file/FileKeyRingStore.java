package dev.keyturn.file;

import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingConflictException;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyRingStoreException.Kind;
import io.quarkus.arc.Unremovable;
import io.quarkus.arc.lookup.LookupIfProperty;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;

/**
 * The ring in one file of mode 0600. A write takes a lock beside the file, compares, and puts the new document in place
 * by an atomic rename, so a reader sees the old ring or the new one and a crash at any point leaves one of them.
 */
@Singleton
@Unremovable
@LookupIfProperty(name = "keyturn.ring.store", stringValue = "file")
public final class FileKeyRingStore implements KeyRingStore {

    private final Path path;

    @Inject
    FileKeyRingStore(FileRingConfig config) {
        this(config.path());
    }

    public FileKeyRingStore(Path path) {
        this.path = path.toAbsolutePath();
    }

    @Override
    public Optional<Stored> read() throws KeyRingStoreException {
        try {
            // a folder, or a pipe that would be waited on for ever
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw broken("it is not a file");
            }
            PrivateFile.requirePrivate(path);
            if (Files.size(path) > KeyRingDocument.MAX_BYTES) {
                throw broken("it is too large");
            }
            var ring = KeyRingDocument.read(describe(), Files.readAllBytes(path));
            return Optional.of(new Stored(ring, ring.version(), Optional.of(written())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    /** When the file came to its name, not when its bytes were written: a writer may have slept before the rename. */
    private Instant written() throws IOException {
        return ((FileTime) Files.getAttribute(path, "unix:ctime")).toInstant();
    }

    @Override
    public Stored write(KeyRing ring, Stored replaced) throws KeyRingStoreException {
        try {
            PrivateFile.createParent(path);
            synchronized (FileKeyRingStore.class) { // a file lock excludes other processes, not our own threads
                try (var channel = PrivateFile.openLock(path)) {
                    channel.lock(); // until the channel is closed
                    requireStillThere(replaced);
                    PrivateFile.replace(path, KeyRingDocument.write(ring).toPrettyString() + "\n");
                }
            }
            return new Stored(ring, ring.version());
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    private void requireStillThere(Stored replaced) throws KeyRingStoreException {
        var found = read().map(Stored::ring);
        if (found.isEmpty() && replaced != null) {
            throw new KeyRingConflictException(describe() + " is gone");
        }
        if (found.isPresent() && replaced == null) {
            throw new KeyRingConflictException(describe() + " holds a ring already, version " + found.get().version());
        }
        if (found.isPresent() && !found.get().equals(replaced.ring())) {
            throw new KeyRingConflictException(describe() + " holds version " + found.get().version() + ", not "
                    + replaced.ring().version() + ": someone else replaced it first");
        }
    }

    private KeyRingStoreException broken(String what) {
        return new KeyRingStoreException(Kind.BROKEN, describe() + " does not hold a key ring: " + what);
    }

    private KeyRingStoreException failed(String verb, IOException cause) {
        if (cause instanceof WrongModeException) {
            return new KeyRingStoreException(Kind.DENIED, cause.getMessage());
        }
        if (cause instanceof AccessDeniedException) {
            return new KeyRingStoreException(Kind.DENIED,
                    describe() + " could not be " + verb + ": this user may not; run as its owner");
        }
        return new KeyRingStoreException(Kind.UNREACHABLE, describe() + " could not be " + verb + ": "
                + cause.getClass().getSimpleName(), cause);
    }

    @Override
    public String describe() {
        return "file " + path;
    }
}
