package dev.keyturn.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** livekit-client, in versions whose token sources differ: docs/clients.md says in what. */
public enum JsSdk {

    /** The cache is the wrong way round. */
    V2_16("livekit-client-2.16"),
    /** Options are compared by those of the cached token alone. */
    V2_18("livekit-client-2.18"),
    /** With the agent's deployment. */
    V2_20("livekit-client-2.20"),
    /** With the development token server. */
    V2_22("livekit-client-2.22"),
    NEWEST("livekit-client");

    private final String module;

    JsSdk(String module) {
        this.module = module;
    }

    /** Its name for {@code require}. */
    public String module() {
        return module;
    }

    /** Its file for pages, which it gives {@code LivekitClient}. */
    public Path script() {
        return ServerBinary.CLIENTS.path().resolve(module + "/dist/livekit-client.umd.js");
    }

    /** LiveKit's React hooks in a page of ours, src/test/servers/clients/session.js, bundled into this folder. */
    public static Path sessionPage(Path folder) {
        var modules = ServerBinary.CLIENTS.path();
        var bundle = folder.resolve("session.js");
        var esbuild = new ProcessBuilder("node", modules.resolve("esbuild/bin/esbuild").toString(),
                AgentSdk.ours("clients/session.js"), "--bundle", "--log-level=warning", "--outfile=" + bundle)
                .inheritIO();
        esbuild.environment().put("NODE_PATH", modules.toString());
        try {
            if (esbuild.start().waitFor() != 0) {
                throw new IllegalStateException("esbuild could not bundle the page");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return bundle;
    }
}
