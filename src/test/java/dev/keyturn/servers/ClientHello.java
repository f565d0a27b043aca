package dev.keyturn.servers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A TLS client's first message, and what a server makes of it. Written by hand, because neither this JDK nor OpenSSL
 * would still offer TLS 1.1.
 */
public final class ClientHello {

    public static final int TLS_1_1 = 0x0302;
    public static final int TLS_1_2 = 0x0303;

    /** What a server answers that will not speak this version: alert 70. */
    public static final String PROTOCOL_VERSION = "alert 70";
    public static final String ACCEPTED = "server hello";

    private ClientHello() {}

    /** {@link #ACCEPTED}, or {@code alert} and its number (RFC 8446 §6). */
    public static String answer(InetSocketAddress at, String host, int version) {
        try (var socket = new Socket(at.getAddress(), at.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(hello(host, version));
            var record = socket.getInputStream().readNBytes(7);
            if (record.length < 7) {
                return "nothing";
            }
            return record[0] == 21 ? "alert " + record[6] : record[0] == 22 && record[5] == 2 ? ACCEPTED : "other";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] hello(String host, int version) {
        var name = host.getBytes(StandardCharsets.US_ASCII);
        var extensions = new Bytes()
                .two(0).two(name.length + 5).two(name.length + 3).one(0).two(name.length).all(name) // server_name
                .two(10).two(4).two(2).two(23) // supported_groups: secp256r1
                .two(11).two(2).one(1).one(0) // ec_point_formats: uncompressed
                .two(13).two(6).two(4).two(0x0403).two(0x0203); // signature_algorithms: ecdsa with SHA-256, SHA-1
        var hello = new Bytes().two(version).all(new byte[32]).one(0)
                .two(4).two(0xc02b).two(0xc009) // ECDHE-ECDSA with AES-128-GCM, and with AES-128-CBC-SHA
                .one(1).one(0).two(extensions.size()).all(extensions.toByteArray());
        var handshake = new Bytes().one(1).one(0).two(hello.size()).all(hello.toByteArray());
        return new Bytes().one(22).two(0x0301).two(handshake.size()).all(handshake.toByteArray()).toByteArray();
    }

    private static final class Bytes extends ByteArrayOutputStream {

        Bytes one(int value) {
            write(value);
            return this;
        }

        Bytes two(int value) {
            write(value >> 8);
            write(value);
            return this;
        }

        Bytes all(byte[] values) {
            writeBytes(values);
            return this;
        }
    }
}
