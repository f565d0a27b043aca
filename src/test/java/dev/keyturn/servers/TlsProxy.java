package dev.keyturn.servers;

import dev.keyturn.TestAuthority.Leaf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An nginx on a free port of 127.0.0.1 that speaks TLS for a real server behind it, and notes each request. */
public final class TlsProxy implements AutoCloseable {

    private final int port = Ports.free();
    private final Path folder = ServerProcess.folder("tls-proxy");
    private final ServerProcess process;

    private TlsProxy(String target, Leaf shown) {
        try {
            Files.writeString(folder.resolve("nginx.conf"), """
                    daemon off;
                    master_process off;
                    pid nginx.pid;
                    error_log stderr;
                    events {}
                    http {
                        access_log requests;
                        client_body_temp_path temp-body;
                        proxy_temp_path temp-proxy;
                        fastcgi_temp_path temp-fastcgi;
                        uwsgi_temp_path temp-uwsgi;
                        scgi_temp_path temp-scgi;
                        server {
                            listen 127.0.0.1:%d ssl;
                            ssl_certificate %s;
                            ssl_certificate_key %s;
                            location / { proxy_pass %s; }
                        }
                    }
                    """.formatted(port, shown.certificate(), shown.key(), target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process = ServerProcess.start(ServerBinary.NGINX.path(),
                List.of("-p", folder.toString(), "-c", "nginx.conf", "-e", "stderr"), Map.of(), folder)
                .awaitReady(this::listens);
    }

    /** @param target the server behind: {@code http://127.0.0.1:7880} */
    public static TlsProxy before(String target, Leaf shown) {
        return new TlsProxy(target, shown);
    }

    public String url() {
        return "https://127.0.0.1:" + port;
    }

    /** How many requests it has had: what was said before TLS stood is none. */
    public long requests() {
        try (var lines = Files.lines(folder.resolve("requests"))) {
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean listens() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.stop();
    }
}
