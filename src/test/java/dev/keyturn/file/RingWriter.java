package dev.keyturn.file;

import dev.keyturn.TestKeys;
import dev.keyturn.keys.KeyRingConflictException;
import dev.keyturn.keys.KeyRingStoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of its own that writes a ring: what the tests start two of, or kill. */
final class RingWriter {

    private RingWriter() {}

    /** @param args the ring's file, and {@code first}, {@code stage} (once, when told so) or {@code forever} */
    public static void main(String... args) throws KeyRingStoreException, IOException {
        var store = new FileKeyRingStore(Path.of(args[0]));
        switch (args[1]) {
            case "first" -> store.write(TestKeys.ring("APIa"), null);
            case "stage" -> stage(store, args[2]);
            default -> writeForever(store);
        }
    }

    private static void stage(FileKeyRingStore store, String name) throws KeyRingStoreException, IOException {
        var before = store.read().orElseThrow();
        System.out.println("ready");
        System.in.read();
        try {
            store.write(before.ring().stage(TestKeys.staged(name)), before);
            System.out.println("written");
        } catch (KeyRingConflictException e) {
            System.out.println("conflict");
        }
    }

    private static void writeForever(FileKeyRingStore store) throws KeyRingStoreException {
        for (var stored = store.read().orElseThrow(); true; System.out.println("written")) {
            var staged = stored.ring().keys().size() > 1;
            stored = store.write(staged ? stored.ring().drop(TestKeys.staged("APIb").key())
                    : stored.ring().stage(TestKeys.staged("APIb")), stored);
        }
    }

    /** Starts {@code main} in another process, with {@code umask}. */
    static Process start(String umask, String... args) throws IOException {
        var command = new ArrayList<>(List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-cp", System.getProperty("java.class.path"), RingWriter.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream()));
    }
}
