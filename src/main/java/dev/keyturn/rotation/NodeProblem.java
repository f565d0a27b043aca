package dev.keyturn.rotation;

import io.netty.handler.codec.PrematureChannelClosureException;
import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** Why a node gave no reply, as a short phrase. What it sent instead is never in it. */
public final class NodeProblem {

    private NodeProblem() {}

    /** @param timeout that it was given, for the sentence */
    public static String of(Throwable failure, Duration timeout) {
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
        var tls = TlsProblem.of(failure);
        if (tls.isPresent()) {
            return "TLS: " + tls.get().phrase();
        }
        var closed = failure instanceof IOException || failure instanceof HttpClosedException
                || failure instanceof PrematureChannelClosureException;
        return closed ? "closed the connection" : "not HTTP"; // for which there is no common class
    }
}
