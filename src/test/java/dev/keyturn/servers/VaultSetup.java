package dev.keyturn.servers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code k8s/vault/setup}, as an operator runs it who may do anything in that Vault. */
public final class VaultSetup {

    private VaultSetup() {}

    /** @param lines that it printed, errors too */
    public record Ended(int status, List<String> lines) {

        /** Those lines that say something else than that all is well. */
        public List<String> news() {
            return lines.stream().filter(line -> !line.startsWith("as it is ") && !line.startsWith("note ")).toList();
        }
    }

    public static Ended run(VaultServer vault, String... arguments) {
        return run(vault.url(), vault.rootToken(), arguments);
    }

    public static Ended run(String url, String token, String... arguments) {
        var folder = ServerProcess.folder("vault-setup");
        try {
            Files.createSymbolicLink(folder.resolve("vault"), ServerBinary.VAULT.path().toAbsolutePath());
            var script = Path.of("k8s/vault/setup").toAbsolutePath().toString();
            var builder = new ProcessBuilder(Stream.concat(Stream.of(script), Stream.of(arguments)).toList())
                    .redirectErrorStream(true).directory(folder.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("VAULT_"));
            builder.environment().putAll(Map.of("VAULT_ADDR", url, "VAULT_TOKEN", token,
                    "HOME", folder.toString(), "PATH", folder + File.pathSeparator + System.getenv("PATH")));
            var process = builder.start();
            process.getOutputStream().close();
            var lines = new String(process.getInputStream().readAllBytes()).lines().toList();
            var ended = new Ended(process.waitFor(), lines);
            Files.delete(folder.resolve("vault"));
            Files.delete(folder);
            return ended;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
