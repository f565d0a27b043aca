package dev.keyturn.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** nginx with whatever a test puts into {@code http {}}, also what nobody should: one that is set up wrongly. */
public final class NginxWith implements AutoCloseable {

    private final Path folder;
    private final ServerProcess process;

    private NginxWith(Path folder, ServerProcess process) {
        this.folder = folder;
        this.process = process;
    }

    /**
     * @param port    one of 127.0.0.1 that it listens on, by which it is known to run
     * @param servers what is in {@code http {}}; addresses of this machine alone, paths absolute
     */
    public static NginxWith start(int port, String servers) {
        var folder = ServerProcess.folder("nginx");
        try {
            Files.writeString(folder.resolve("nginx.conf"), """
                    daemon off;
                    master_process off;
                    pid nginx.pid;
                    error_log stderr;
                    events {}
                    http {
                      access_log off;
                      client_body_temp_path body;
                      proxy_temp_path proxy;
                      fastcgi_temp_path fastcgi;
                      uwsgi_temp_path uwsgi;
                      scgi_temp_path scgi;
                      server { listen 127.0.0.1:%d; }
                    %s
                    }
                    """.formatted(port, servers));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var arguments = List.of("-p", folder.toString(), "-c", "nginx.conf", "-e", "stderr");
        return new NginxWith(folder, ServerProcess.start(ServerBinary.NGINX.path(), arguments, Map.of(), folder)
                .awaitReady(() -> Ports.answers(port)));
    }

    /** A file of its own, such as a log that the servers write. */
    Path file(String name) {
        return folder.resolve(name);
    }

    @Override
    public void close() {
        process.stop();
    }
}
