package dev.keyturn.doctor;

import dev.keyturn.doctor.Http.Reply;
import dev.keyturn.keys.SigningKey;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The way by which clients come to LiveKit, or to Keyturn: TLS, and nothing beside it. */
public final class SignallingCheckup implements Checkup {

    private final URI url;
    private final Target target;
    private final int plainPort;
    private final List<Endpoint> inside;
    private final Optional<SigningKey> key;
    private final Certificates certificates;
    private final Http http;
    private final AgentSocket socket;

    /**
     * Whose way it is.
     *
     * @param what   in words
     * @param path   that answers everybody
     * @param renew  what holds the certificate
     * @param port   what is on the ports inside, as the begin of a sentence
     * @param usual  the port inside, where nothing else is said
     */
    record Target(String what, String path, String renew, String port, int usual) {

        static final Target LIVEKIT = new Target("signalling", "/rtc/validate",
                "the certificate of the ingress or proxy before LiveKit",
                "LiveKit's own port, which has no TLS,", 7880);
        static final Target KEYTURN = new Target("Keyturn", "/token",
                "the certificate of the ingress before Keyturn (or quarkus.tls.public.key-store)",
                "Keyturn's management port", 9000);
    }

    /**
     * @param plainPort where HTTP without TLS would be
     * @param inside    what has to answer from here and not to clients: nodes, or management ports
     * @param key       one that LiveKit accepts; only for LiveKit
     */
    SignallingCheckup(URI url, Target target, int plainPort, List<Endpoint> inside, Optional<SigningKey> key,
            Certificates certificates, Http http, AgentSocket socket) {
        this.url = url;
        this.target = target;
        this.plainPort = plainPort;
        this.inside = inside;
        this.key = key;
        this.certificates = certificates;
        this.http = http;
        this.socket = socket;
    }

    @Override
    public String subject() {
        return target.what;
    }

    @Override
    public List<Finding> look() throws InterruptedException {
        List<Endpoint> places;
        try {
            places = Endpoint.allOf(url);
        } catch (UnknownHostException e) {
            return List.of(Finding.fault(target.what, "nobody knows the name " + url.getHost(),
                    "Correct it, or the name service."));
        }
        var looks = new Together();
        for (var place : places) {
            var name = place.called() + (places.size() > 1 ? " (" + place.name() + ")" : "");
            looks.look(() -> tls(place, name));
            if (!place.tls()) {
                continue;
            }
            looks.look(() -> plain(name + ": plain", http.get(place.at(plainPort, false), target.path, Map.of()),
                    plainPort));
            if (key.isPresent() && target == Target.LIVEKIT) {
                looks.look(() -> upgrade(name + ": WebSocket", socket.register(place, key.get())));
            }
            for (var port : inside.isEmpty() ? Set.of(target.usual)
                    : inside.stream().map(Endpoint::port).collect(Collectors.toCollection(TreeSet::new))) {
                var item = place.at(port, true).called() + ": closed";
                if (port == place.port()) {
                    continue; // it is the way itself
                }
                var itself = inside.stream().anyMatch(server -> server.address().equals(place.address()));
                looks.look(() -> itself ? Closed.sameAddress(item)
                        : Closed.judge(item, http.get(place.at(port, false), "/", Map.of()), "server", target.port));
            }
        }
        return looks.findings();
    }

    private Finding tls(Endpoint place, String name) {
        var item = name + ": TLS";
        if (!place.tls()) {
            return place.address().isLoopbackAddress() && place.host().equals("localhost")
                    ? Finding.unseen(item, "this is LiveKit on this machine, without TLS",
                            "Name the address that clients use, with wss:// or https://.")
                    : Finding.fault(item, "is used without TLS: tokens are read by whoever is on the way",
                            "Put a proxy with a certificate before it, and name it with wss:// or https://"
                                    + " (keyturn.livekit.url).");
        }
        var reply = http.get(place, target.path, Map.of());
        if (reply.status() == 0) {
            return Finding.fault(item, reply.said(), "See that the proxy runs and speaks TLS on that port.");
        }
        return certificates.judge(item, place.host(), reply.chain(), target.renew);
    }

    /** What speaks HTTP there may only send to HTTPS, or refuse. */
    static Finding plain(String item, Reply reply, int port) {
        var on = " on port " + port;
        if (reply.status() == 0) {
            return Finding.ok(item, "nothing without TLS" + on + " (" + reply.problem() + ")");
        }
        var to = reply.first("location").toLowerCase(Locale.ROOT);
        if (reply.status() >= 300 && reply.status() < 400) {
            return to.startsWith("https://") || to.startsWith("wss://")
                    ? Finding.ok(item, "sent to https" + on + " (" + reply.status() + ")")
                    : Finding.fault(item, "is sent somewhere else than to https" + on,
                            "Let the proxy answer with 301 and https://, or close the port.");
        }
        var refused = reply.status() == 400 || reply.status() == 403 || reply.status() == 404
                || reply.status() == 421 || reply.status() == 426 || reply.status() == 503;
        return refused ? Finding.ok(item, "refused" + on + " (" + reply.status() + ")")
                : Finding.fault(item, "ws:// and http:// work" + on + " (" + reply.status() + "): a client that uses them"
                        + " shows its token to whoever is on the way",
                        "Let the proxy answer with a redirect to https:// on that port, or close it.");
    }

    private static Finding upgrade(String item, AgentSocket.Answer answer) {
        return switch (answer.status()) {
            case 101 -> Finding.ok(item, "passes");
            case 401 -> Finding.fault(item, "LiveKit refuses the key by this way",
                    "See what is said of the nodes' keys; if they accept it, another LiveKit is behind this name.");
            case 0 -> Finding.unseen(item, "does not answer (" + answer.problem() + ")",
                    "Mend what is said of its TLS first.");
            default -> Finding.unseen(item, "/agent answers with status " + answer.status(),
                    "If the proxy keeps /agent from clients, that is right, and only a join shows whether WebSockets pass;"
                            + " else let it pass on Upgrade and Connection.");
        };
    }
}
