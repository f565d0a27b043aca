package dev.keyturn.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A Redis on a free port of 127.0.0.1 that keeps nothing: what makes several LiveKit nodes one LiveKit. */
public final class RedisServer implements AutoCloseable {

    private final int port;
    private final ServerProcess process;

    private RedisServer(int port) {
        this.port = port;
        this.process = ServerProcess.start(ServerBinary.REDIS.path(),
                List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
                Map.of(), ServerProcess.folder("redis")).awaitReady(this::answers);
    }

    public static RedisServer start() {
        return new RedisServer(Ports.free());
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
