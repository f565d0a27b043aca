package dev.keyturn.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A LiveKit server on free ports of 127.0.0.1, joined by clients of this machine, with no need of the internet.
 *
 * <p>Its keys are in a file, so that {@link #restart} can come back with others, as a rotation does.
 */
public final class LiveKitServer implements AutoCloseable {

    private static final String KEY_FILE = "keys.yaml";
    private static final int ATTEMPTS = 3; // a port that was free may be taken by the time LiveKit wants it

    private final List<String> runner;
    private final int port;
    private final int metricsPort;
    private final Path folder;
    private ServerProcess process;

    /** @param runner a program and its arguments that run it, if any */
    private LiveKitServer(List<String> runner, int port, int metricsPort, Path folder) {
        this.runner = runner;
        this.port = port;
        this.metricsPort = metricsPort;
        this.folder = folder;
        process = run(Map.of());
    }

    /** @param keys API keys and their secrets, in the order of LiveKit's key file, which matters */
    public static LiveKitServer start(Map<String, String> keys) {
        return start(keys, "");
    }

    /** @param options further lines for LiveKit's configuration (YAML), such as {@code webhook:} */
    public static LiveKitServer start(Map<String, String> keys, String options) {
        for (int attempt = 1;; attempt++) {
            try {
                return attempt(keys, options);
            } catch (IllegalStateException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** In a network of its own, from outside of which its API and its metrics can be reached as otherwise. */
    public static LiveKitServer startIn(LossyNetwork network, Map<String, String> keys, String options) {
        var port = Ports.free();
        var metricsPort = Ports.free();
        network.leadIn(port, port);
        network.leadIn(metricsPort, metricsPort);
        return configured(network.runner(), port, metricsPort, keys, options);
    }

    private static LiveKitServer attempt(Map<String, String> keys, String options) {
        return configured(List.of(), Ports.free(), Ports.free(), keys, options);
    }

    private static LiveKitServer configured(List<String> runner, int port, int metricsPort, Map<String, String> keys,
            String options) {
        var folder = ServerProcess.folder("livekit");
        // tcp_port is off because any other number listens on all addresses; so would UDP without the interface
        write(folder.resolve("livekit.yaml"), """
                port: %d
                bind_addresses: ["127.0.0.1"]
                key_file: %s
                rtc:
                  use_external_ip: false
                  node_ip: 127.0.0.1
                  udp_port: %d
                  tcp_port: 0
                  enable_loopback_candidate: true
                  interfaces: {includes: [%s]}
                prometheus: {port: %d}
                %s
                """.formatted(port, KEY_FILE, Ports.free(), loopback(), metricsPort, options));
        writeKeys(folder, keys);
        return new LiveKitServer(runner, port, metricsPort, folder);
    }

    private ServerProcess run(Map<String, String> environment) {
        var command = new ArrayList<>(runner);
        command.addAll(List.of(ServerBinary.LIVEKIT.path().toString(), "--config", "livekit.yaml"));
        var program = Path.of(command.remove(0));
        return ServerProcess.start(program, command, environment, folder)
                .awaitReady("http://127.0.0.1:" + port + "/", status -> status == 200);
    }

    /** {@code http://127.0.0.1:PORT}, for its server API. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** {@code ws://127.0.0.1:PORT}, for clients. */
    public String wsUrl() {
        return "ws://127.0.0.1:" + port;
    }

    /** Where its metrics are, on 127.0.0.1. */
    public int metricsPort() {
        return metricsPort;
    }

    /** All that it has printed. */
    public String log() {
        return process.log();
    }

    public long pid() {
        return process.pid();
    }

    /** The file that it reads its keys from, mode 0600. */
    public Path keyFile() {
        return folder.resolve(KEY_FILE);
    }

    /** Ends it and starts it again on the same ports with these keys: LiveKit reads them only at its start. */
    public void restart(Map<String, String> keys) {
        restart(keys, Map.of());
    }

    /** The same, with environment variables such as {@code LIVEKIT_WEBHOOK_API_KEY}. */
    public void restart(Map<String, String> keys, Map<String, String> environment) {
        writeKeys(folder, keys);
        restartWith(environment);
    }

    /** Ends it, where it has not ended, and starts it again on the same ports with whatever its key file holds now. */
    public void restart() {
        restartWith(Map.of());
    }

    private void restartWith(Map<String, String> environment) {
        process.endNow();
        process = run(environment);
    }

    /** As a stateful set does: SIGTERM, and SIGKILL if it waits longer than {@code grace} for those in its rooms. */
    public void restart(Duration grace) {
        process.end(grace);
        process = run(Map.of());
    }

    /** Ends it and deletes all that it wrote. It is killed: on SIGTERM it waits for those who are in a room. */
    public void stop() {
        process.endNow();
        process.delete();
    }

    @Override
    public void close() {
        stop();
    }

    private static String loopback() {
        try {
            return NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()).getName();
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeKeys(Path folder, Map<String, String> keys) {
        var lines = new StringBuilder();
        keys.forEach((key, secret) -> lines.append('"').append(key).append("\": \"").append(secret).append("\"\n"));
        write(folder.resolve(KEY_FILE), lines.toString());
    }

    private static void write(Path file, String text) {
        try {
            if (!Files.exists(file)) {
                var ownerOnly = PosixFilePermissions.fromString("rw-------");
                Files.createFile(file, PosixFilePermissions.asFileAttribute(ownerOnly));
            }
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
