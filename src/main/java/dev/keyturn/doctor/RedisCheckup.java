package dev.keyturn.doctor;

import dev.keyturn.rotation.NodeProblem;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The Redis that LiveKit's nodes talk by: it sees everything, so that it speaks TLS and asks for a password. */
public final class RedisCheckup implements Checkup {

    private final URI url;
    private final Duration timeout;
    private final Certificates certificates;

    /** @param url {@code https://redis.livekit.svc:6379}, whatever it speaks */
    RedisCheckup(URI url, Duration timeout, Certificates certificates) {
        this.url = url;
        this.timeout = timeout;
        this.certificates = certificates;
    }

    @Override
    public String subject() {
        return "Redis";
    }

    @Override
    public List<Finding> look() {
        try {
            var place = Endpoint.allOf(url).get(0);
            var item = "Redis " + place.called();
            var plain = ping(place.at(place.port(), false));
            if (plain.startsWith("+") || plain.startsWith("-")) {
                return List.of(plain(item, plain));
            }
            try (var connection = Connection.open(place, timeout)) {
                var tls = certificates.judge(item + ": TLS", place.host(), connection.chain(),
                        "Redis' tls-cert-file");
                return List.of(tls, password(item + ": password", ping(place)));
            }
        } catch (UnknownHostException e) {
            return List.of(Finding.fault("Redis", "nobody knows the name " + url.getHost(), "Correct --redis."));
        } catch (IOException e) {
            return List.of(Finding.fault("Redis", "does not answer (" + NodeProblem.of(e, timeout) + ")",
                    "Correct --redis, or let this machine reach it."));
        }
    }

    static Finding plain(String item, String answer) {
        return Finding.fault(item + ": TLS", answer.startsWith("+PONG")
                ? "takes commands without TLS and without a password: whoever reaches it rules LiveKit"
                : "is spoken to without TLS",
                "Give Redis tls-port (and port 0), and LiveKit redis.tls.enabled: true; redis.use_tls is deprecated.");
    }

    /** With client certificates it does not even answer. */
    static Finding password(String item, String answer) {
        return answer.startsWith("+PONG")
                ? Finding.fault(item, "takes commands of everybody", "Set requirepass or an ACL in Redis, and"
                        + " redis.password in LiveKit's configuration.")
                : Finding.ok(item, "takes no commands of strangers");
    }

    /** The first line of the answer; empty if there is none. */
    private String ping(Endpoint place) {
        try (var connection = Connection.open(place, timeout)) {
            connection.out().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            connection.out().flush();
            return new String(connection.in().readNBytes(5), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return "";
        }
    }
}
