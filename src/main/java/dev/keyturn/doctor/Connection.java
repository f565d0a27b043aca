package dev.keyturn.doctor;

import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A connection to one address, over TLS where the endpoint says so.
 *
 * <p>It takes any certificate, to look at it: {@link Certificates} judges it. So nothing may be sent here that a stranger
 * must not see, unless {@link #isTrusted}.
 */
final class Connection implements Closeable {

    private final Endpoint endpoint;
    private final Socket socket;
    private final List<X509Certificate> chain;
    private final InputStream in;

    private Connection(Endpoint endpoint, Socket socket, List<X509Certificate> chain, InputStream in) {
        this.endpoint = endpoint;
        this.socket = socket;
        this.chain = chain;
        this.in = in;
    }

    /** @param timeout for all that is done by it */
    static Connection open(Endpoint endpoint, Duration timeout) throws IOException {
        var until = System.nanoTime() + timeout.toNanos();
        var plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(endpoint.address(), endpoint.port()), (int) timeout.toMillis());
            if (!endpoint.tls()) {
                return new Connection(endpoint, plain, List.of(), new Timed(plain, until));
            }
            plain.setSoTimeout(left(until));
            var seen = new Seen();
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {seen}, new SecureRandom());
            var tls = (SSLSocket) context.getSocketFactory()
                    .createSocket(plain, endpoint.host(), endpoint.port(), true);
            if (endpoint.isNamed()) { // also one without dots; an address may not be in it (RFC 6066)
                var parameters = tls.getSSLParameters();
                parameters.setServerNames(List.of(new SNIHostName(endpoint.host())));
                tls.setSSLParameters(parameters);
            }
            tls.startHandshake();
            return new Connection(endpoint, tls, seen.chain, new Timed(tls, until));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java has TLS
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    /** What the server showed, its own first; empty without TLS. */
    List<X509Certificate> chain() {
        return chain;
    }

    /** Whether whoever uses this endpoint would send a secret by it: over TLS, clients have to believe the certificate. */
    boolean isTrusted(Certificates certificates) {
        return !endpoint.tls() || certificates.trusts(endpoint.host(), chain);
    }

    InputStream in() {
        return in;
    }

    OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static int left(long until) throws SocketTimeoutException {
        var millis = (int) ((until - System.nanoTime()) / 1_000_000);
        if (millis <= 0) {
            throw new SocketTimeoutException();
        }
        return millis;
    }

    /** A server that sends a byte now and then does not get longer. */
    private static final class Timed extends FilterInputStream {

        private final Socket socket;
        private final long until;

        Timed(Socket socket, long until) throws IOException {
            super(socket.getInputStream());
            this.socket = socket;
            this.until = until;
        }

        @Override
        public int read() throws IOException {
            socket.setSoTimeout(left(until));
            return super.read();
        }

        @Override
        public int read(byte[] room, int from, int length) throws IOException {
            socket.setSoTimeout(left(until));
            return super.read(room, from, length);
        }
    }

    private static final class Seen implements X509TrustManager {

        private List<X509Certificate> chain = List.of();

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type) {
            chain = List.of(shown);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type) {
            throw new IllegalStateException("nobody connects to us");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
