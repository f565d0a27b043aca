package dev.keyturn.servers;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** coturn on free ports of 127.0.0.1, with TLS, for those who have credentials of {@code use-auth-secret}. */
public final class CoturnServer implements AutoCloseable {

    private final int tlsPort;
    private final ServerProcess process;

    private CoturnServer(int tlsPort, Path certificate, Path key) {
        this.tlsPort = tlsPort;
        process = ServerProcess.start(ServerBinary.COTURN.path(), List.of("-n", "--listening-ip=127.0.0.1",
                "--relay-ip=127.0.0.1", "--listening-port=" + Ports.free(), "--tls-listening-port=" + tlsPort,
                "--cert=" + certificate, "--pkey=" + key, "--use-auth-secret", "--static-auth-secret=of-a-test",
                "--realm=test", "--no-cli", "--no-rfc5780", "--log-file=stdout", "--simple-log"),
                Map.of(), ServerProcess.folder("coturn")).awaitReady(() -> Ports.answers(tlsPort));
    }

    public static CoturnServer start(Path certificate, Path key) {
        return new CoturnServer(Ports.free(), certificate, key);
    }

    /** Where TURN over TLS is. */
    public int tlsPort() {
        return tlsPort;
    }

    @Override
    public void close() {
        process.stop();
    }
}
