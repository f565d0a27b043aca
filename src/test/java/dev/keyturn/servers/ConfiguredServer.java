package dev.keyturn.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A server with just these arguments, variables and files: as a manifest has it, and not as tests usually do. */
public final class ConfiguredServer implements AutoCloseable {

    private final ServerProcess process;

    private ConfiguredServer(ServerProcess process) {
        this.process = process;
    }

    /**
     * @param files their texts by names in its working directory; mode 0440, as from a Secret
     * @param ready of what it has printed
     */
    public static ConfiguredServer start(ServerBinary program, List<String> arguments, Map<String, String> environment,
            Map<String, String> files, Predicate<String> ready) {
        var folder = ServerProcess.folder("configured");
        files.forEach((name, text) -> write(folder.resolve(name), text));
        var process = ServerProcess.start(program.path(), arguments, environment, folder);
        return new ConfiguredServer(process.awaitReady(() -> ready.test(process.log())));
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r-----"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that it has printed. */
    public String log() {
        return process.log();
    }

    /** Kills it: LiveKit would wait for those in its rooms; and deletes all that it wrote. */
    @Override
    public void close() {
        process.endNow();
        process.delete();
    }
}
