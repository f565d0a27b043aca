package dev.keyturn.development;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import jakarta.ws.rs.ServiceUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * livekit-client for the page, out of its npm package. The first page that joins a room has npm fetch it, from wherever
 * this machine's npm fetches; after that it is there, also without a network.
 */
@Singleton
@IfBuildProfile("dev")
class LiveKitClient {

    static final String VERSION = "2.23.0";

    private static final Logger LOG = Logger.getLogger(LiveKitClient.class);
    private static final Path FOLDER = Path.of("target", "page");
    private static final Path SCRIPT = FOLDER.resolve("node_modules/livekit-client/dist/livekit-client.umd.js");
    private static final long SECONDS = 120;

    private enum State { ABSENT, FETCHING, READY, FAILED }

    private volatile State state = Files.exists(SCRIPT) ? State.READY : State.ABSENT;
    private volatile String detail = "";

    /** @throws ServiceUnavailableException if it cannot be had here, with a sentence on why */
    synchronized String script() throws IOException, InterruptedException {
        if (!Files.exists(SCRIPT)) {
            fetch();
        }
        state = State.READY;
        detail = "";
        return Files.readString(SCRIPT);
    }

    private void fetch() throws InterruptedException {
        state = State.FETCHING;
        LOG.infof("npm fetches livekit-client %s for the page, into %s", VERSION, FOLDER);
        try {
            Files.createDirectories(FOLDER);
            var npm = new ProcessBuilder("npm", "install", "--prefix", FOLDER.toString(), "--no-save", "--ignore-scripts",
                    "--no-audit", "--no-fund", "livekit-client@" + VERSION)
                    .redirectErrorStream(true).redirectOutput(FOLDER.resolve("npm.log").toFile()).start();
            if (!npm.waitFor(SECONDS, TimeUnit.SECONDS)) {
                npm.destroyForcibly();
            }
            if (!Files.exists(SCRIPT)) {
                throw failed("npm could not fetch livekit-client " + VERSION + "; its words are in "
                        + FOLDER.resolve("npm.log"));
            }
        } catch (IOException e) {
            throw failed("livekit-client comes with npm, which is not on the PATH of the server");
        }
    }

    private ServiceUnavailableException failed(String why) {
        state = State.FAILED;
        detail = why;
        LOG.warn(why);
        return new NotHere(why);
    }

    ObjectNode json() {
        return JsonNodeFactory.instance.objectNode().put("version", VERSION)
                .put("state", state.name().toLowerCase(Locale.ROOT)).put("detail", detail);
    }

    private static final class NotHere extends ServiceUnavailableException implements Supplier<Map<String, Object>> {

        NotHere(String why) {
            super(why);
        }

        @Override
        public Map<String, Object> get() {
            return Map.of("detail", getMessage() + ".");
        }
    }
}
