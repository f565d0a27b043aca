package dev.keyturn.servers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What stands around Prometheus, on a free port of 127.0.0.1, with a configuration of ours. */
public final class MonitoringServer implements AutoCloseable {

    private final int port;
    private final Path folder;
    private final ServerProcess process;

    private MonitoringServer(ServerBinary program, Path configuration, String... more) {
        port = Ports.free();
        folder = ServerProcess.folder("monitoring");
        var arguments = new ArrayList<>(List.of("--config.file=" + configuration.toAbsolutePath(),
                "--web.listen-address=127.0.0.1:" + port));
        arguments.addAll(List.of(more));
        process = ServerProcess.start(program.path(), arguments, Map.of(), folder)
                .awaitReady("http://127.0.0.1:" + port + "/-/healthy", status -> status == 200);
    }

    /** One that has no peers. */
    public static MonitoringServer alertmanager(Path configuration) {
        return new MonitoringServer(ServerBinary.ALERTMANAGER, configuration, "--cluster.listen-address=",
                "--storage.path=data");
    }

    public static MonitoringServer blackboxExporter(Path configuration) {
        return new MonitoringServer(ServerBinary.BLACKBOX_EXPORTER, configuration);
    }

    /** {@code http://127.0.0.1:PORT} */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.stop();
    }
}
