package dev.keyturn.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * One HTTP/1.1 exchange with a host that DNS does not know, as it went over the wire: a client library would join two
 * headers of one name, and choose its own Origin.
 *
 * @param status  of the first answer
 * @param headers of the first answer, {@code name: value}, names in lower case
 * @param all     that was received
 */
public record RawHttp(int status, List<String> headers, String all) {

    /** By TLS; the client checks the certificate against this name and these authorities. */
    public static RawHttp https(InetSocketAddress at, String host, SSLContext trust, String... lines) {
        return exchange(at, host, trust, "127.0.0.1", request(host, lines));
    }

    /** In the clear. */
    public static RawHttp http(InetSocketAddress at, String host, String... lines) {
        return exchange(at, host, null, "127.0.0.1", request(host, lines));
    }

    /**
     * Sends this, and reads until the server closes.
     *
     * @param trust null for plain HTTP
     * @param from  the client's address
     */
    public static RawHttp exchange(
            InetSocketAddress at, String host, SSLContext trust, String from, String requests) {
        try (var plain = new Socket()) {
            plain.bind(new InetSocketAddress(from, 0));
            plain.connect(at);
            plain.setSoTimeout(10_000);
            try (var socket = trust == null ? plain : secured(plain, host, trust)) {
                socket.getOutputStream().write(requests.getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().flush();
                return parsed(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket secured(Socket plain, String host, SSLContext trust) throws IOException {
        var socket = (SSLSocket) trust.getSocketFactory().createSocket(plain, host, plain.getPort(), true);
        var parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** {@code POST /token}, then headers; a line that begins with an open brace is the body. */
    private static String request(String host, String... lines) {
        var request = new StringBuilder(lines[0]).append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n");
        var body = "";
        for (int i = 1; i < lines.length; i++) {
            if (lines[i].startsWith("{")) {
                body = lines[i];
            } else {
                request.append(lines[i]).append("\r\n");
            }
        }
        var upgrade = request.indexOf("\r\nUpgrade:") > 0;
        return request.append("Connection: ").append(upgrade ? "Upgrade, close" : "close").append("\r\n")
                .append("Content-Length: ").append(body.getBytes(StandardCharsets.UTF_8).length)
                .append("\r\n\r\n").append(body).toString();
    }

    private static RawHttp parsed(String all) {
        var end = all.indexOf("\r\n\r\n");
        if (end < 0) {
            return new RawHttp(0, List.of(), all);
        }
        var lines = all.substring(0, end).split("\r\n");
        var headers = List.of(lines).subList(1, lines.length).stream().map(line -> {
            var colon = line.indexOf(':');
            return line.substring(0, colon).toLowerCase(Locale.ROOT) + line.substring(colon);
        }).toList();
        return new RawHttp(Integer.parseInt(lines[0].split(" ")[1]), headers, all);
    }

    /** All values of this header, in their order. */
    public List<String> values(String name) {
        return headers.stream().filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip()).toList();
    }
}
