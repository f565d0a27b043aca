package dev.keyturn.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.Ear;
import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.KeyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class RestartCommandTest {

    private static final KeyFile FILE = KeyFile.of(TestKeys.ring("APIa"), TestClock.START);

    @TempDir
    Path folder;

    private static void run(String... words) throws DeliveryException {
        new RestartCommand(List.of(words), Duration.ofSeconds(20)).run();
    }

    @Test
    void the_last_of_its_output_is_said_on_one_line_without_its_arguments() throws Exception {
        try (var ear = new Ear("dev.keyturn")) {
            run("sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x; echo; echo the; echo end; exit 3", "canary");

            var line = ear.heard().lines().filter(each -> each.contains("status 3")).findFirst().orElseThrow();
            assertTrue(line.endsWith("x the end"), line);
            assertTrue(line.length() < 2500, "longer than what is kept: " + line.length());
            assertFalse(ear.heard().contains("canary"));
        }
    }

    @Test
    void its_words_are_no_shells_and_it_has_nothing_to_read() throws Exception {
        run("touch", folder.resolve("a b; $HOME").toString());
        run("sh", "-c", "cat > '" + folder.resolve("read") + "'");

        assertTrue(Files.exists(folder.resolve("a b; $HOME")));
        assertEquals("", Files.readString(folder.resolve("read")));
    }

    @Test
    void it_sees_none_of_our_settings_and_the_rest_of_the_environment() throws Exception {
        var builder = delivery("env > '" + folder.resolve("env") + "'; env; exit 1");
        for (var name : List.of("KEYTURN_POLICY_HASH_KEY", "QUARKUS_VAULT_AUTHENTICATION_CLIENT_TOKEN", "VAULT_TOKEN",
                "_PROD_QUARKUS_VAULT_URL", "_DEV_KEYTURN_POLICY_HASH_KEY", "keyturn.policy.hash-key",
                "%dev.keyturn.policy.hash-key", "quarkus_vault_url")) {
            builder.environment().put(name, "canary-" + name);
        }
        builder.environment().put("LANGUAGE_OF_THE_TEST", "seen");
        var process = builder.start();
        var said = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), said);

        var environment = Files.readString(folder.resolve("env"));
        assertTrue(environment.contains("PATH=") && environment.contains("LANGUAGE_OF_THE_TEST=seen"), environment);
        assertFalse(environment.contains("canary"), environment);
        assertTrue(said.contains("LANGUAGE_OF_THE_TEST=seen"), said);
        assertFalse(said.contains("canary"), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill -9 $PPID", "kill -9 $PPID; exit 1"})
    void a_rotator_that_is_killed_meanwhile_leaves_a_whole_file_and_a_restart_that_is_due(String script)
            throws Exception {
        var process = delivery(script).start();
        process.getInputStream().readAllBytes();
        assertNotEquals(0, process.waitFor());

        var target = Delivery.target(folder.resolve("keys.yaml"), "true");
        assertEquals(Optional.of(FILE), target.read().file());
        assertEquals(Restart.DUE, target.read().restart());
        target.restart(target.read());
        assertEquals(Restart.DONE, target.read().restart());
    }

    private ProcessBuilder delivery(String script) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Delivery.class.getName(),
                folder.resolve("keys.yaml").toString(), script).redirectErrorStream(true);
    }

    /** A rotator of its own that delivers a file and has a script run. */
    static final class Delivery {

        private Delivery() {}

        public static void main(String... args) throws DeliveryException {
            target(Path.of(args[0]), args[1]).deliver(FILE, Delivered.NOTHING);
        }

        static FileTarget target(Path file, String script) {
            return new FileTarget(new FileTargetConfig() {
                @Override
                public Path path() {
                    return file;
                }

                @Override
                public Optional<List<String>> command() {
                    return Optional.of(List.of("sh", "-c", script));
                }

                @Override
                public Duration commandTimeout() {
                    return Duration.ofSeconds(20);
                }
            });
        }
    }
}
