package dev.keyturn.servers;

import dev.keyturn.TestAuthority.Leaf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A Redis on a free port of 127.0.0.1 that keeps nothing: what makes several LiveKit nodes one LiveKit. */
public final class RedisServer implements AutoCloseable {

    private final int port;
    private final ServerProcess process;

    private final Path folder = ServerProcess.folder("redis");

    /** By TLS alone. */
    private RedisServer(int port, Leaf shown) {
        this.port = port;
        this.process = ServerProcess.start(ServerBinary.REDIS.path(),
                List.of("--port", "0", "--tls-port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "",
                        "--appendonly", "no", "--tls-cert-file", shown.certificate().toString(),
                        "--tls-key-file", shown.key().toString(), "--tls-auth-clients", "no"),
                Map.of(), folder);
        process.awaitReady(() -> process.log().contains("Ready to accept connections"));
    }

    private RedisServer(int port) {
        this.port = port;
        this.process = ServerProcess.start(ServerBinary.REDIS.path(),
                List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
                Map.of(), folder).awaitReady(this::answers);
    }

    public static RedisServer start() {
        return new RedisServer(Ports.free());
    }

    /** One that speaks TLS with this certificate, and nothing else. */
    public static RedisServer tls(Leaf shown) {
        return new RedisServer(Ports.free(), shown);
    }

    /** All that it has printed. */
    public String log() {
        return process.log();
    }

    /** {@code 127.0.0.1:PORT}, as LiveKit's {@code redis.address}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    private boolean answers() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(2_000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII).equals("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Ends it and deletes all that it wrote. */
    @Override
    public void close() {
        process.stop();
    }
}
