package dev.keyturn;

import dev.keyturn.file.KeyFile;
import dev.keyturn.file.PrivateFile;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingConflictException;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.SigningKey;
import jakarta.enterprise.inject.Instance;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code keyturn init}: the first ring, in whichever store is configured. */
@Command(
        name = "init",
        description = "Make the first key ring, in the store that is configured (keyturn.ring.store).",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  keyturn init --key-file keys.yaml       a new key; keys.yaml is for LiveKit's key_file",
            "  keyturn init --import keys.yaml         the pair that a LiveKit has already",
            "  printf 'KEY: %%s\\n' \"$SECRET\" | keyturn init --import -",
            "",
            "Exit codes: 0 the ring is made, 1 it could not be made, 2 called wrongly, 3 there is a ring already."
        })
class InitCommand implements Callable<Integer> {

    private static final int RING_EXISTS = 3;

    @Option(names = "--import", paramLabel = "FILE",
            description = "Take the pair from lines of 'KEY: secret', as in LiveKit's key file;"
                    + " - is the standard input.")
    String imported;

    @Option(names = "--key", paramLabel = "KEY", description = "Which key to import, if the file holds several.")
    String name;

    @Option(names = "--key-file", paramLabel = "FILE",
            description = "Also write LiveKit's key file here, mode 0600. It must not exist yet.")
    Path keyFile;

    @Spec
    CommandSpec spec;

    private final Instance<KeyRingStore> store;
    private final Clock clock;

    InitCommand(Instance<KeyRingStore> store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public Integer call() throws KeyRingStoreException, IOException {
        var out = spec.commandLine().getOut();
        if (keyFile != null && Files.exists(keyFile)) {
            throw new CommandFailedException(keyFile + " exists already; nothing was done");
        }
        var ring = KeyRing.first(pair(), clock.instant());
        try {
            store.get().write(ring, null);
        } catch (KeyRingConflictException e) {
            spec.commandLine().getErr().println("keyturn init: " + e.getMessage() + "; nothing was changed");
            return RING_EXISTS;
        }
        out.println("Made version " + ring.version() + " of the key ring in " + store.get().describe() + ".");
        out.println("Key " + ring.active().key() + " is ACTIVE: every new token is signed with it.");
        if (keyFile != null) {
            PrivateFile.createParent(keyFile.toAbsolutePath());
            PrivateFile.replace(keyFile.toAbsolutePath(), KeyFile.write(ring));
        }
        next(out, ring.active().key());
        return 0;
    }

    private SigningKey pair() {
        var now = clock.instant();
        if (imported == null) {
            return SigningKey.generate(new SecureRandom(), now);
        }
        var pairs = KeyFile.read(TextInput.read(imported));
        if (pairs.isEmpty() || pairs.size() > 1 && name == null) {
            throw new CommandFailedException("there are " + pairs.size() + " keys in it" + (pairs.isEmpty() ? ""
                    : ": say which one signs with --key, one of " + pairs.keySet()));
        }
        var key = name == null ? pairs.keySet().iterator().next() : new ApiKey(name);
        if (!pairs.containsKey(key)) {
            throw new CommandFailedException("there is no key " + key + " in it, only " + pairs.keySet());
        }
        return SigningKey.staged(key, pairs.get(key), now);
    }

    private void next(PrintWriter out, ApiKey key) {
        if (keyFile != null) {
            out.println("LiveKit's key file is " + keyFile
                    + ": name it as key_file in its configuration and restart it.");
        } else if (imported == null) {
            out.println("LiveKit does not know it yet: its key_file needs the line '" + key
                    + ": <secret>' and a restart.");
        }
    }
}
