package dev.keyturn.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@NeedsServer({ServerBinary.LIVEKIT, ServerBinary.VAULT})
class RealServersIT {

    @Test
    void live_kit_answers_until_it_is_stopped() throws Exception {
        var livekit = LiveKitServer.start(Map.of("APIharness00001", "0123456789012345678901234567890123456789"));
        try (livekit) {
            assertEquals(200, status(livekit.url()));
            assertTrue(livekit.log().contains("starting LiveKit server"));
        }
        assertThrows(ConnectException.class, () -> status(livekit.url()));
        assertTrue(ProcessHandle.of(livekit.pid()).isEmpty());
    }

    @Test
    void live_kit_that_cannot_start_says_why() {
        var failure = assertThrows(IllegalStateException.class, () -> LiveKitServer.start(Map.of(), "rtc_: oops"));
        assertTrue(failure.getMessage().contains("rtc_"), failure.getMessage());
    }

    @Test
    void no_secret_is_in_any_argument() throws IOException {
        var secret = "0123456789012345678901234567890123456789";
        try (var livekit = LiveKitServer.start(Map.of("APIharness00001", secret)); var vault = VaultServer.dev()) {
            for (var pid : List.of(livekit.pid(), vault.pid())) {
                var arguments = ProcessHandle.of(pid).flatMap(p -> p.info().arguments()).map(List::of).orElseThrow();
                assertFalse(arguments.toString().contains(secret));
                assertFalse(arguments.toString().contains(vault.rootToken()));
            }
        }
    }

    @Test
    void a_stored_vault_keeps_its_secrets_through_seal_and_restart() {
        try (var vault = VaultServer.stored()) {
            vault.api().putSecret("secret", "a", Map.of("b", 1));
            vault.seal();
            assertEquals(503, vault.api().status("GET", "secret/data/a", null));
            vault.restart();
            assertEquals(503, vault.api().status("GET", "secret/data/a", null));
            vault.unseal();
            assertEquals(1, vault.api().get("secret/data/a").at("/data/data/b").intValue());
        }
    }

    /** The JVM of a test run may be killed at any time; its servers must not stay behind. */
    @Test
    void no_server_outlives_a_killed_jvm() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var classPath = System.getProperty("java.class.path");
        var jvm = new ProcessBuilder(java.toString(), "-cp", classPath, Orphan.class.getName())
                .redirectErrorStream(true)
                .start();
        try (var lines = jvm.inputReader()) {
            var told = lines.lines().filter(line -> line.startsWith("pid ")).findFirst().orElseThrow();
            var pid = Long.parseLong(told.substring(4));
            var server = ProcessHandle.of(pid).orElseThrow();
            jvm.destroyForcibly();
            server.onExit().get(10, TimeUnit.SECONDS);
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** Starts a LiveKit and waits to be killed. */
    static final class Orphan {
        public static void main(String... none) throws InterruptedException {
            var livekit = LiveKitServer.start(Map.of("APIharness00001", "0123456789012345678901234567890123456789"));
            System.out.println("pid " + livekit.pid());
            Thread.currentThread().join();
        }
    }

    private static int status(String url) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url)).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
    }
}
