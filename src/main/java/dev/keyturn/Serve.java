package dev.keyturn;

import dev.keyturn.keys.RingConfig;
import dev.keyturn.tokens.LiveKitConfig;
import dev.keyturn.tokens.PolicyConfig;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import picocli.CommandLine.Command;

/** The server. As a command it is only a help text: {@link Keyturn#main} starts it before any command is looked at. */
@Command(
        name = "serve",
        description = "Serve tokens (what happens without a command).",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  KEYTURN_LIVEKIT_URL=wss://livekit.example.com keyturn serve",
            "",
            "Exit codes: 0 it was told to stop, 1 it could not start (the last line says why), 2 called wrongly."
        })
class Serve implements QuarkusApplication, Runnable {

    private static final Logger LOG = Logger.getLogger(Keyturn.class);

    private final LiveKitConfig liveKit;
    private final RingConfig ring;
    private final PolicyConfig policy;
    private final boolean anonymous;
    private final int port;

    Serve(LiveKitConfig liveKit, RingConfig ring, PolicyConfig policy,
            @ConfigProperty(name = "keyturn.callers.anonymous", defaultValue = "false") boolean anonymous,
            @ConfigProperty(name = "quarkus.http.port") int port) {
        this.liveKit = liveKit;
        this.ring = ring;
        this.policy = policy;
        this.anonymous = anonymous;
        this.port = port;
    }

    @Override
    public int run(String... args) {
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            LOG.info(greeting());
        }
        Quarkus.waitForExit();
        return 0;
    }

    private String greeting() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("  Tokens:   POST http://localhost:" + port + "/token");
        lines.add("            curl -X POST http://localhost:" + port
                + "/token -H 'Content-Type: application/json' -d '{}'");
        lines.add("  Try it:   http://localhost:" + port + "/            a page; the endpoint: /q/swagger-ui");
        lines.add("  LiveKit:  expected at " + liveKit.url().orElseThrow() + " (livekit-server --dev)");
        lines.add("  Settings for development only:");
        if (ring.store() == RingConfig.Store.DEVELOPMENT) {
            lines.add("    keyturn.ring.store=development      signs with LiveKit's public key devkey");
        }
        if (policy.file().isEmpty()) {
            lines.add("    keyturn.policy.file is not set      anyone may join any room and set every field");
        }
        if (anonymous) {
            lines.add("    keyturn.callers.anonymous=true      nobody needs a bearer token");
        }
        lines.add("    keyturn.cors.origins                any page on localhost may call");
        return String.join(System.lineSeparator(), lines);
    }

    @Override
    public void run() {
        throw new CommandFailedException("serve takes no arguments");
    }
}
