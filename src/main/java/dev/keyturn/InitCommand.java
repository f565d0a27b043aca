package dev.keyturn;

import dev.keyturn.file.PrivateFile;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingConflictException;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.KeyFile;
import jakarta.enterprise.inject.Instance;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
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
            "  keyturn init --import keys.yaml         the pairs that a LiveKit has already",
            "  printf 'KEY: %%s\\n' \"$SECRET\" | keyturn init --import -     the same, from no file",
            "",
            "A key file that Keyturn delivered says of which version of the ring it is and which key signs.",
            "From it a lost ring is restored, some versions ahead. The keys that do not sign are RETIRING from",
            "now on.",
            "",
            "Exit codes: 0 the ring is made, 1 it could not be made, 2 called wrongly, 3 there is a ring already."
        })
class InitCommand implements Callable<Integer> {

    private static final int RING_EXISTS = 3;

    /** The ring went on after its key file was delivered, by a few moves: no replica may have seen this version. */
    private static final long RESTORED_AHEAD = 10;

    @Option(names = "--import", paramLabel = "FILE",
            description = "Take the pairs from lines of 'KEY: secret', as in LiveKit's key file;"
                    + " - is the standard input.")
    String imported;

    @Option(names = "--key", paramLabel = "KEY",
            description = "Which of the imported keys signs, if there are several.")
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
        var ring = imported == null ? made() : restored(KeyFile.read(TextInput.read(imported)));
        try {
            store.get().write(ring, null);
        } catch (KeyRingConflictException e) {
            spec.commandLine().getErr().println("keyturn init: " + e.getMessage() + "; nothing was changed");
            return RING_EXISTS;
        }
        out.println("Made version " + ring.version() + " of the key ring in " + store.get().describe() + ".");
        out.println("Key " + ring.active().key() + " is ACTIVE: every new token is signed with it.");
        ring.in(KeyState.RETIRING).forEach(key -> out.println("Key " + key.key()
                + " is RETIRING: it is accepted until its last token has expired."));
        if (keyFile != null) {
            PrivateFile.createParent(keyFile.toAbsolutePath());
            PrivateFile.replace(keyFile.toAbsolutePath(), KeyFile.of(ring, clock.instant()).text());
        }
        next(out, ring.active().key());
        return 0;
    }

    private KeyRing made() {
        var now = clock.instant();
        return KeyRing.first(SigningKey.generate(new SecureRandom(), now), now);
    }

    /** Its keys are all kept: LiveKit has them, and nobody knows who else does. */
    private KeyRing restored(KeyFile file) {
        var signs = signs(file);
        var now = clock.instant();
        var keys = new ArrayList<SigningKey>();
        file.pairs().forEach((key, secret) -> {
            if (!key.equals(signs)) {
                keys.add(new SigningKey(key, secret, KeyState.RETIRING, now, now, false));
            }
        });
        keys.add(new SigningKey(signs, file.pairs().get(signs), KeyState.ACTIVE, now, now, false));
        return new KeyRing(file.header().map(made -> made.ringVersion() + RESTORED_AHEAD).orElse(1L), keys);
    }

    private ApiKey signs(KeyFile file) {
        var pairs = file.pairs().keySet();
        if (name != null) {
            var key = new ApiKey(name);
            if (!pairs.contains(key)) {
                throw new CommandFailedException("there is no key " + key + " in it, only " + pairs);
            }
            return key;
        }
        var said = file.header().map(KeyFile.Header::signs).filter(pairs::contains);
        if (said.isEmpty() && pairs.size() != 1) {
            throw new CommandFailedException("there are " + pairs.size() + " keys in it" + (pairs.isEmpty() ? ""
                    : ": say which one signs with --key, one of " + pairs + "; the others will be RETIRING"));
        }
        return said.orElseGet(() -> pairs.iterator().next());
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
