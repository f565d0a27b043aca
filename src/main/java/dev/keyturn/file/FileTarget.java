package dev.keyturn.file;

import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.DeliveryConflictException;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.DeliveryException.Kind;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.KeyFileTarget;
import io.quarkus.arc.Unremovable;
import io.quarkus.arc.lookup.LookupIfProperty;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/**
 * LiveKit's key file on this machine, and a command that restarts LiveKit.
 *
 * <p>A file is put in place by an atomic rename, the command is run, and then a marker beside the file says of which
 * file that was: {@code .keys.yaml.restarted}, its delivery and a hash. All of it happens under a lock, so that a crash
 * at any point leaves a whole file, and one without its marker is one that LiveKit was not restarted on.
 */
@Singleton
@Unremovable
@LookupIfProperty(name = "keyturn.rotation.target", stringValue = "file")
public final class FileTarget implements KeyFileTarget {

    private static final Duration LOCK_POLL = Duration.ofMillis(100);
    private static final int LOCK_POLLS = 50;

    private final Path path;
    private final Optional<RestartCommand> command;

    public FileTarget(FileTargetConfig config) {
        path = config.path().toAbsolutePath();
        command = config.command().filter(words -> !words.isEmpty())
                .map(words -> new RestartCommand(words, config.commandTimeout()));
    }

    @Override
    public Delivered read() throws DeliveryException {
        try {
            // a folder, or a pipe that would be waited on for ever
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw foreign("it is not a file");
            }
            PrivateFile.requirePrivate(path);
            if (Files.size(path) > KeyRingDocument.MAX_BYTES) {
                throw foreign("it is too large");
            }
            var bytes = Files.readAllBytes(path);
            var file = KeyFile.lookAt(new String(bytes, StandardCharsets.UTF_8));
            // after the content: if it was replaced in between, this is rather too late than too early
            var written = Files.getLastModifiedTime(path).toInstant();
            var isOurs = file.header().isPresent();
            var restart = isOurs && command.isPresent() && !isMarked(file, hash(bytes)) ? Restart.DUE : Restart.DONE;
            return new Delivered(Optional.of(file), hash(bytes), written, restart, "");
        } catch (NoSuchFileException e) {
            return Delivered.NOTHING;
        } catch (IllegalArgumentException e) {
            throw foreign(e.getMessage());
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    @Override
    public void deliver(KeyFile file, Delivered replaced) throws DeliveryException {
        underLock(replaced, () -> {
            requireOwn();
            PrivateFile.replace(path, file.text());
            restartOn(file, hash(file.text().getBytes(StandardCharsets.UTF_8)));
        });
    }

    @Override
    public void restart(Delivered delivered) throws DeliveryException {
        underLock(delivered, () -> restartOn(delivered.file().orElseThrow(), delivered.revision()));
    }

    private void restartOn(KeyFile file, String hash) throws DeliveryException, IOException {
        if (command.isPresent()) {
            command.get().run();
            PrivateFile.replace(markerPath(), marker(file, hash));
        }
    }

    /** What is done by whoever holds the lock. */
    private interface Locked {
        void run() throws DeliveryException, IOException;
    }

    private void underLock(Delivered expected, Locked action) throws DeliveryException {
        try {
            PrivateFile.createParent(path);
            try (var channel = PrivateFile.openLock(path)) {
                lock(channel); // until the channel is closed
                if (!read().revision().equals(expected.revision())) {
                    throw new DeliveryConflictException(
                            describe() + " is another one by now: someone else replaced it first");
                }
                action.run();
            }
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    /** Not for as long as another's command may take. */
    private void lock(FileChannel channel) throws DeliveryException, IOException {
        for (int poll = 0; !tryLock(channel); poll++) {
            if (poll == LOCK_POLLS || !slept()) {
                throw new DeliveryConflictException("another rotator is at work on " + describe());
            }
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException ours) { // another thread of this program has it
            return false;
        }
    }

    private static boolean slept() {
        try {
            Thread.sleep(LOCK_POLL.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** LiveKit could not read what another user writes, and would not start. */
    private void requireOwn() throws DeliveryException, IOException {
        if (!Files.exists(path)) {
            return;
        }
        var owner = Files.getOwner(path).getName();
        var user = ProcessHandle.current().info().user().orElse(owner);
        if (!user.equals(owner)) {
            throw new DeliveryException(Kind.DENIED, describe() + " belongs to " + owner + ", who could not read what "
                    + user + " puts in its place: run this as " + owner);
        }
    }

    private boolean isMarked(KeyFile file, String hash) throws IOException {
        try {
            return Files.readString(markerPath()).equals(marker(file, hash));
        } catch (NoSuchFileException | CharacterCodingException none) {
            return false;
        }
    }

    private Path markerPath() throws IOException {
        return PrivateFile.beside(PrivateFile.behindLinks(path), ".restarted");
    }

    private static String marker(KeyFile file, String hash) {
        return file.header().map(KeyFile.Header::delivery).orElse("") + "\n" + hash + "\n";
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    private DeliveryException foreign(String what) {
        return new DeliveryException(Kind.FOREIGN, describe() + " is no key file of LiveKit's and stays as it is: "
                + what + ". Move it away, or set keyturn.rotation.file.path");
    }

    private DeliveryException failed(String verb, IOException cause) {
        if (cause instanceof WrongModeException) {
            return new DeliveryException(Kind.DENIED, cause.getMessage());
        }
        if (cause instanceof AccessDeniedException) {
            return new DeliveryException(Kind.DENIED, describe() + " could not be " + verb
                    + ": this user may not; run as the one that LiveKit runs as, who owns the file and its folder");
        }
        var reason = cause instanceof FileSystemException system ? system.getReason() : null;
        return new DeliveryException(Kind.UNREACHABLE, describe() + " could not be " + verb + ": "
                + (reason == null ? cause.getClass().getSimpleName() : reason));
    }

    @Override
    public String describe() {
        return "file " + path;
    }
}
