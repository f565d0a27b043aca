package dev.keyturn.kit;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** What the network's namespaces hold in {@link HostFirewallIT}: a program, because a JVM cannot be in two of them. */
final class Knock {

    private static final int PATIENCE_MS = 5_000; // an answer takes microseconds, on a machine that has time

    private Knock() {}

    /**
     * {@code serve 7880/tcp 192.0.2.7@7882/udp}: answers on these ports, of every address where none is named, once it has
     * said {@code ready}. {@code ask}: for each line {@code 7880/tcp FROM TO} of standard input, where FROM is an address
     * or {@code ADDRESS@PORT}, a line: yes or no.
     */
    public static void main(String... arguments) throws Exception {
        var threads = Executors.newCachedThreadPool();
        if (arguments[0].equals("serve")) {
            for (var port : List.of(arguments).subList(1, arguments.length)) {
                threads.submit(server(address(port.split("/")[0]), port.endsWith("/udp")));
            }
            System.out.println("ready");
            return; // the threads go on until they are killed
        }
        var questions = new ArrayList<Callable<Boolean>>();
        for (var line : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
            var words = line.split(" ");
            var to = address(words[2] + "@" + words[0].split("/")[0]);
            questions.add(() -> answers(words[0].endsWith("/udp"), address(words[1]), to));
        }
        for (var answer : threads.invokeAll(questions)) {
            System.out.println(answer.get() ? "yes" : "no");
        }
        threads.shutdown();
    }

    /** Of {@code ADDRESS@PORT}, {@code ADDRESS} or {@code PORT}. */
    private static InetSocketAddress address(String text) {
        var parts = text.split("@");
        if (parts.length == 2) {
            return new InetSocketAddress(parts[0], Integer.parseInt(parts[1]));
        }
        return text.matches("\\d+") ? new InetSocketAddress(Integer.parseInt(text)) : new InetSocketAddress(text, 0);
    }

    private static Callable<Void> server(InetSocketAddress at, boolean udp) throws IOException {
        if (udp) {
            var socket = new DatagramSocket(at);
            return () -> {
                var packet = new DatagramPacket(new byte[64], 64);
                while (true) {
                    socket.receive(packet);
                    socket.send(packet);
                }
            };
        }
        var socket = new ServerSocket(at.getPort());
        return () -> {
            while (true) {
                socket.accept().close();
            }
        };
    }

    /** Whether it is answered in time; a failure of another kind than silence is no answer of the firewall's, and thrown. */
    private static boolean answers(boolean udp, InetSocketAddress from, InetSocketAddress to) throws IOException {
        try {
            if (udp) {
                try (var socket = new DatagramSocket(from)) {
                    socket.setSoTimeout(PATIENCE_MS);
                    socket.send(new DatagramPacket(new byte[] {1}, 1, to));
                    socket.receive(new DatagramPacket(new byte[64], 64));
                }
            } else {
                try (var socket = new Socket()) {
                    socket.bind(from);
                    socket.connect(to, PATIENCE_MS);
                }
            }
            return true;
        } catch (SocketTimeoutException silence) {
            return false;
        }
    }
}
