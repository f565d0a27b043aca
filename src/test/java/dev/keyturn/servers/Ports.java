package dev.keyturn.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;

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
}
