package dev.keyturn.doctor;

import dev.keyturn.rotation.NodeProblem;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Asks one address by HTTP/1.1, one request to a connection: no redirect is followed, and headers keep their number. */
final class Http {

    /** Why a secret was not sent. */
    static final String NOT_TRUSTED = "its certificate is not trusted";

    private static final int LONGEST_HEAD = 32 * 1024;
    private static final int LONGEST_BODY = 4 * 1024 * 1024; // a page of metrics

    private final Duration timeout;

    /** @param timeout for one request in all */
    Http(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * What came back.
     *
     * @param status  HTTP's; 0 if nothing came
     * @param headers by lower-case name, each value as often as it was sent
     * @param body    as much as there is room for
     * @param chain   the certificates that were shown; empty without TLS
     * @param problem why nothing came, as a phrase; empty if something did
     */
    record Reply(int status, Map<String, List<String>> headers, String body, List<X509Certificate> chain,
            String problem) {

        static Reply none(String problem) {
            return new Reply(0, Map.of(), "", List.of(), problem);
        }

        List<String> all(String header) {
            return headers.getOrDefault(header, List.of());
        }

        String first(String header) {
            return all(header).stream().findFirst().orElse("");
        }

        /** As LiveKit answers {@code GET /}. */
        boolean isLiveKit() {
            return status == 200 && first("content-type").startsWith("text/plain") && body.strip().equals("OK");
        }

        /** {@code answers with status 404}, {@code does not answer (connection refused)}. */
        String said() {
            return status == 0 ? "does not answer (" + problem + ")" : "answers with status " + status;
        }
    }

    Reply get(Endpoint endpoint, String path, Map<String, String> headers) {
        return ask(endpoint, "GET", path, headers, "");
    }

    /** With headers that hold a secret: it is sent only where clients would send it. */
    Reply getWithSecret(Endpoint endpoint, String path, Map<String, String> headers, Certificates certificates) {
        try (var connection = Connection.open(endpoint, timeout)) {
            return connection.isTrusted(certificates) ? exchange(connection, endpoint, "GET", path, headers, "")
                    : Reply.none(NOT_TRUSTED);
        } catch (IOException | RuntimeException e) {
            return Reply.none(NodeProblem.of(e, timeout));
        }
    }

    Reply ask(Endpoint endpoint, String method, String path, Map<String, String> headers, String body) {
        try (var connection = Connection.open(endpoint, timeout)) {
            return exchange(connection, endpoint, method, path, headers, body);
        } catch (IOException | RuntimeException e) {
            return Reply.none(NodeProblem.of(e, timeout));
        }
    }

    private static Reply exchange(Connection connection, Endpoint endpoint, String method, String path,
            Map<String, String> headers, String body) throws IOException {
        connection.out().write(request(endpoint, method, path, headers, body));
        connection.out().flush();
        return read(connection, method.equals("HEAD"));
    }

    static byte[] request(Endpoint endpoint, String method, String path, Map<String, String> headers, String body) {
        var text = new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: ")
                .append(endpoint.called()).append("\r\n");
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        if (!headers.containsKey("Connection")) {
            text.append("Connection: close\r\n");
        }
        if (bytes.length > 0) {
            text.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        headers.forEach((name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        return text.append("\r\n").append(body).toString().getBytes(StandardCharsets.UTF_8);
    }

    static Reply read(Connection connection, boolean headOnly) throws IOException {
        var in = connection.in();
        var head = head(in);
        var lines = head.split("\r\n");
        var words = lines[0].split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[1-5][0-9]{2}")) {
            return new Reply(0, Map.of(), "", connection.chain(), "not HTTP");
        }
        var headers = new TreeMap<String, List<String>>();
        for (int i = 1; i < lines.length; i++) {
            var colon = lines[i].indexOf(':');
            if (colon > 0) {
                headers.computeIfAbsent(lines[i].substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        any -> new ArrayList<>()).add(lines[i].substring(colon + 1).strip());
            }
        }
        var status = Integer.parseInt(words[1]);
        var body = headOnly || status < 200 || status == 204 || status == 304 ? "" : body(in, headers);
        return new Reply(status, headers, body, connection.chain(), "");
    }

    private static String head(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        var ends = 0;
        while (ends < 4) {
            var next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            head.write(next);
            ends = next == "\r\n\r\n".charAt(ends) ? ends + 1 : next == '\r' ? 1 : 0;
            if (head.size() > LONGEST_HEAD) {
                throw new IOException("a head without end");
            }
        }
        return head.toString(StandardCharsets.UTF_8);
    }

    private static String body(InputStream in, Map<String, List<String>> headers) throws IOException {
        if (String.valueOf(headers.get("transfer-encoding")).toLowerCase(Locale.ROOT).contains("chunked")) {
            return chunks(in);
        }
        var length = headers.containsKey("content-length")
                ? Long.parseLong(headers.get("content-length").get(0)) : LONGEST_BODY;
        return text(in.readNBytes((int) Math.min(LONGEST_BODY, length)));
    }

    private static String chunks(InputStream in) throws IOException {
        var body = new ByteArrayOutputStream();
        while (body.size() < LONGEST_BODY) {
            var size = Integer.parseInt(line(in).split(";")[0].strip(), 16);
            if (size <= 0) {
                break;
            }
            body.write(in.readNBytes(Math.min(size, LONGEST_BODY)));
            line(in);
        }
        return text(body.toByteArray());
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.length() > LONGEST_HEAD) {
                throw new EOFException();
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
