package dev.keyturn.servers;

import dev.keyturn.TestAuthority.Leaf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A Vault (or OpenBao) server on a free port of 127.0.0.1, with KV v2 at {@code secret/}.
 *
 * <p>{@link #dev} keeps everything in memory and is open at once; {@link #stored} keeps it on disk, so that it can be
 * sealed, unsealed and restarted.
 */
public final class VaultServer implements AutoCloseable {

    private static VaultServer shared;

    private final Path folder;
    private final List<String> arguments;
    private final Map<String, String> environment;
    private final String url;
    private ServerProcess process;
    private String rootToken;
    private String unsealKey;
    private Leaf shown;
    private String tlsUrl;

    private VaultServer(Path folder, List<String> arguments, Map<String, String> environment, int port) {
        this.folder = folder;
        this.arguments = arguments;
        this.environment = environment;
        this.url = "http://127.0.0.1:" + port;
    }

    /** One dev server for all tests of this JVM, which keep to paths and names of their own. It ends with the JVM. */
    public static synchronized VaultServer shared() {
        if (shared == null || !shared.process.isAlive()) {
            shared = dev();
        }
        return shared;
    }

    /** In memory, open, and with a root token that nobody can guess. */
    public static VaultServer dev() {
        var port = Ports.free();
        var token = "root-" + UUID.randomUUID();
        var server = new VaultServer(ServerProcess.folder("vault"),
                List.of("server", "-dev", "-dev-no-store-token", "-dev-listen-address=127.0.0.1:" + port),
                Map.of("VAULT_DEV_ROOT_TOKEN_ID", token, "BAO_DEV_ROOT_TOKEN_ID", token), port);
        server.rootToken = token;
        server.run(200);
        return server;
    }

    /** Shows this certificate from now on, without a restart. Only if {@link #tls}. */
    public void show(Leaf other) {
        try {
            var reloads = reloads();
            Files.copy(other.certificate(), shown.certificate(), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(other.key(), shown.key(), StandardCopyOption.REPLACE_EXISTING);
            process.hangUp();
            process.awaitReady(() -> reloads() > reloads);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long reloads() {
        return process.log().lines().filter(line -> line.contains("reload triggered")).count();
    }

    /** Where it speaks TLS. Only if {@link #tls}. */
    public String tlsUrl() {
        return tlsUrl;
    }

    /** How many requests for this path were audited. Only if {@link #tls}. */
    public long audited(String path) {
        try (var lines = Files.lines(folder.resolve("audit"))) {
            return lines.filter(line -> line.contains("\"type\":\"request\"") && line.contains("\"" + path + "\""))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On disk, with one unseal key; initialized and open when this returns. */
    public static VaultServer stored() {
        return stored("");
    }

    /**
     * As {@link #stored()}, and by TLS too, with an audit of every request.
     *
     * @param shown the certificate, in files that {@link #show} overwrites
     */
    public static VaultServer tls(Leaf shown) {
        var port = Ports.free();
        var server = stored("""
                listener "tcp" {
                  address = "127.0.0.1:%d"
                  cluster_address = "127.0.0.1:%d"
                  tls_cert_file = "%s"
                  tls_key_file = "%s"
                }
                """.formatted(port, Ports.free(), shown.certificate(), shown.key()));
        server.shown = shown;
        server.tlsUrl = "https://127.0.0.1:" + port;
        server.api().post("sys/audit/file", Map.of("type", "file",
                "options", Map.of("file_path", server.folder.resolve("audit").toString())));
        return server;
    }

    private static VaultServer stored(String more) {
        var port = Ports.free();
        var folder = ServerProcess.folder("vault");
        var server = new VaultServer(folder, List.of("server", "-config=vault.hcl"), Map.of(), port);
        try {
            Files.createDirectory(folder.resolve("data"));
            Files.writeString(folder.resolve("vault.hcl"), """
                    storage "raft" {
                      path = "data"
                      node_id = "one"
                      performance_multiplier = 1 # elects itself at once
                    }
                    listener "tcp" {
                      address = "127.0.0.1:%1$d"
                      cluster_address = "127.0.0.1:%2$d"
                      tls_disable = true
                    }
                    api_addr = "http://127.0.0.1:%1$d"
                    cluster_addr = "https://127.0.0.1:%2$d"
                    disable_mlock = true
                    """.formatted(port, Ports.free()) + more);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.run(501);
        var keys = server.api(null).post("sys/init", Map.of("secret_shares", 1, "secret_threshold", 1));
        server.rootToken = keys.path("root_token").textValue();
        server.unsealKey = keys.at("/keys/0").textValue();
        server.unseal();
        server.api().mountKv("secret", 2);
        return server;
    }

    public String url() {
        return url;
    }

    public String rootToken() {
        return rootToken;
    }

    /** Its API as root. */
    public VaultApi api() {
        return api(rootToken);
    }

    /** Its API with another token, or with none ({@code null}). */
    public VaultApi api(String token) {
        return new VaultApi(url, token);
    }

    /** Seals it: it answers 503 to everything until {@link #unseal}. Only if {@link #stored}. */
    public void seal() {
        api().post("sys/seal", Map.of());
    }

    public void unseal() {
        api(null).post("sys/unseal", Map.of("key", unsealKey));
        process.awaitReady(url + "/v1/sys/health", status -> status == 200);
    }

    /** Ends it and starts it again, sealed, on the same port. Only if {@link #stored}. */
    public void restart() {
        process.end();
        run(503);
    }

    public long pid() {
        return process.pid();
    }

    /** Ends it and deletes all that it wrote. */
    public void stop() {
        process.stop();
    }

    @Override
    public void close() {
        stop();
    }

    private void run(int health) {
        process = ServerProcess.start(ServerBinary.VAULT.path(), arguments, environment, folder)
                .awaitReady(url + "/v1/sys/health", status -> status == health);
    }
}
