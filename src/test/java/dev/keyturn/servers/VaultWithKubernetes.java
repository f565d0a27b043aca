package dev.keyturn.servers;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A real Vault, but for the auth method {@code kubernetes}, which the builds of the tests lack: what is written there
 * is kept and shown again as it was, and nobody logs in.
 */
public final class VaultWithKubernetes implements AutoCloseable {

    private static final String METHOD = "/v1/auth/kubernetes/";
    private static final String MOUNT = "/v1/sys/auth/kubernetes";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Map<String, Object>> written = new ConcurrentHashMap<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final VaultServer vault;
    private final HttpServer server;

    private VaultWithKubernetes(VaultServer vault) throws IOException {
        this.vault = vault;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    public static VaultWithKubernetes before(VaultServer vault) throws IOException {
        return new VaultWithKubernetes(vault);
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What was written last at this path of the method: {@code role/keyturn}. */
    public Map<String, Object> written(String path) {
        return written.getOrDefault(METHOD + path, Map.of());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            if (!path.startsWith(METHOD) && !path.equals(MOUNT)) {
                passOn(exchange);
            } else if (!exchange.getRequestMethod().equals("GET")) {
                written.put(path, JSON.readValue(exchange.getRequestBody(), new TypeReference<>() {}));
                exchange.sendResponseHeaders(204, -1);
            } else if (written.containsKey(path)) {
                send(exchange, 200, JSON.writeValueAsBytes(Map.of("data", written.get(path))));
            } else {
                send(exchange, 404, JSON.writeValueAsBytes(Map.of("errors", new String[0])));
            }
        }
    }

    private void passOn(HttpExchange exchange) throws IOException {
        var token = exchange.getRequestHeaders().getFirst("X-Vault-Token");
        var request = HttpRequest.newBuilder(URI.create(vault.url() + exchange.getRequestURI()))
                .header("X-Vault-Token", token)
                .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
        try {
            var answer = client.send(request.build(), BodyHandlers.ofByteArray());
            send(exchange, answer.statusCode(), answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
