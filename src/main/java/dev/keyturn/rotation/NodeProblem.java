package dev.keyturn.rotation;

import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.ssl.NotSslRecordException;
import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** Why a node gave no reply, as a short phrase. What it sent instead is never in it. */
final class NodeProblem {

    private NodeProblem() {}

    static String of(Throwable failure, Duration timeout) {
        if (failure instanceof TimeoutException || failure instanceof SocketTimeoutException) {
            return "timed out after " + (timeout.toMillisPart() == 0
                    ? timeout.toSeconds() + " s" : timeout.toMillis() + " ms");
        }
        if (failure instanceof NoRouteToHostException || failure instanceof ConnectException unreachable
                && !String.valueOf(unreachable.getMessage()).startsWith("Connection refused")) {
            return "cannot be reached from here";
        }
        if (failure instanceof ConnectException) {
            return "connection refused";
        }
        if (has(failure, SSLException.class::isInstance)) {
            return "TLS: " + tls(failure);
        }
        var closed = failure instanceof IOException || failure instanceof HttpClosedException
                || failure instanceof PrematureChannelClosureException;
        return closed ? "closed the connection" : "not HTTP"; // for which there is no common class
    }

    private static String tls(Throwable failure) {
        if (has(failure, NotSslRecordException.class::isInstance)) {
            return "it does not speak it";
        }
        if (has(failure, cause -> cause instanceof CertificateExpiredException
                || cause instanceof CertificateNotYetValidException)) {
            return "its certificate has expired, or is not valid yet";
        }
        if (has(failure, cause -> cause instanceof CertPathValidatorException
                || cause.getClass().getName().equals("sun.security.validator.ValidatorException"))) {
            return "its certificate is of an authority that is not trusted";
        }
        if (has(failure, CertificateException.class::isInstance)) {
            return "its certificate is for another name";
        }
        return "no handshake";
    }

    private static boolean has(Throwable failure, Predicate<Throwable> sought) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause).anyMatch(sought);
    }
}
