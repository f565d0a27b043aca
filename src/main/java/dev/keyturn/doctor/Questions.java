package dev.keyturn.doctor;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where the parts of a deployment are. What is not said is not looked at, and the doctor says so.
 *
 * @param url        LiveKit as clients reach it
 * @param nodes      LiveKit's nodes, each URL for every address of its host
 * @param metrics    LiveKit's pages of metrics; empty for the usual port of each node
 * @param login      the user name and the password that those pages ask for
 * @param turn       TURN over TLS, as {@code https://turn.example.com:443}
 * @param redis      LiveKit's, as {@code https://redis.example.com:6379}
 * @param keyturn    Keyturn as browsers reach it
 * @param management Keyturn's management ports, each URL for every address of its host
 * @param origin     of the app's pages: {@code https://app.example.com}
 * @param plainPort  where HTTP without TLS would be
 * @param timeout    for one request
 */
public record Questions(
        Optional<URI> url,
        List<URI> nodes,
        List<URI> metrics,
        Optional<Login> login,
        Optional<URI> turn,
        Optional<URI> redis,
        Optional<URI> keyturn,
        List<URI> management,
        Optional<String> origin,
        int plainPort,
        Duration timeout) {

    /** Basic auth, as {@code prometheus.username} and {@code password} ask for it. */
    public record Login(String user, String password) {

        @Override
        public String toString() {
            return user + ":[redacted]";
        }
    }
}
