package dev.keyturn.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Ports of 127.0.0.1 that nobody listened on a moment ago. */
public final class Ports {

    private Ports() {}

    /** Free for TCP and for UDP: LiveKit takes the same kind of number for both. */
    public static int free() {
        while (true) {
            try (var tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    var udp = new DatagramSocket(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.getLocalPort()))) {
                return udp.getLocalPort();
            } catch (SocketException taken) {
                continue; // by someone's UDP: the next one
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Whether somebody listens there. */
    static boolean answers(InetSocketAddress at) {
        try (var socket = new Socket(at.getAddress(), at.getPort())) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The same of 127.0.0.1. */
    public static boolean answers(int port) {
        return answers(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /**
     * A loopback address (127.0.0.0/8) on which nobody listens on these ports, for what insists on a well-known one;
     * empty if this user may not.
     */
    static Optional<InetAddress> addressWith(int... ports) {
        var random = ThreadLocalRandom.current();
        try {
            var address = InetAddress.getByAddress(new byte[] {
                127, (byte) random.nextInt(1, 255), (byte) random.nextInt(256), (byte) random.nextInt(1, 255)});
            for (var port : ports) {
                new ServerSocket(port, 1, address).close();
            }
            return Optional.of(address);
        } catch (IOException mayNot) {
            return Optional.empty();
        }
    }
}
