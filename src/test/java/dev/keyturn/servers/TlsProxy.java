package dev.keyturn.servers;

import dev.keyturn.TestAuthority.Leaf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** An nginx on a free port of 127.0.0.1 that speaks TLS for a real server behind it, and notes each request. */
public final class TlsProxy implements AutoCloseable {

    private final int port = Ports.free();
    private final NginxWith nginx;

    private TlsProxy(String target, Leaf shown) {
        nginx = NginxWith.start(Ports.free(), """
                server {
                    listen 127.0.0.1:%d ssl;
                    access_log requests;
                    ssl_certificate %s;
                    ssl_certificate_key %s;
                    location / { proxy_pass %s; }
                }
                """.formatted(port, shown.certificate(), shown.key(), target));
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
        try (var lines = Files.lines(nginx.file("requests"))) {
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        nginx.close();
    }
}
