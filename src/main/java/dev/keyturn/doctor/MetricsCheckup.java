package dev.keyturn.doctor;

import dev.keyturn.doctor.Http.Reply;
import dev.keyturn.doctor.Questions.Login;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** LiveKit's metrics: there for Prometheus, and for nobody else. */
public final class MetricsCheckup implements Checkup {

    /** The port by convention (config-sample.yaml); LiveKit has none of its own. */
    private static final int USUAL_PORT = 6789;

    private final List<URI> nodes;
    private final List<URI> pages;
    private final Optional<URI> url;
    private final Optional<Login> login;
    private final Certificates certificates;
    private final Http http;

    /**
     * @param nodes LiveKit's, whose port 7880 has no metrics
     * @param pages where metrics are; empty for the usual port of each node
     * @param url   as clients reach LiveKit
     */
    MetricsCheckup(List<URI> nodes, List<URI> pages, Optional<URI> url, Optional<Login> login,
            Certificates certificates, Http http) {
        this.nodes = nodes;
        this.pages = pages;
        this.url = url;
        this.login = login;
        this.certificates = certificates;
        this.http = http;
    }

    @Override
    public String subject() {
        return "metrics";
    }

    @Override
    public List<Finding> look() throws InterruptedException {
        var looks = new Together();
        var places = places(looks);
        if (nodes.isEmpty() && pages.isEmpty()) {
            return List.of(Finding.unseen("metrics", "it is not known where they are",
                    "Name LiveKit's nodes with --nodes, or their metrics with --metrics http://10.0.0.7:6789/metrics."));
        }
        places.forEach((place, path) -> looks.look(() -> {
            var open = http.get(place, path, Map.of());
            var withLogin = login.map(known -> http.getWithSecret(place, path, basicAuth(known),
                    certificates));
            return judge("metrics " + place.name(), open, withLogin, !pages.isEmpty());
        }));
        for (var node : nodes) {
            for (var place : found(node, looks)) {
                looks.look(() -> ofApi("node " + place.name() + ": /metrics", http.get(place, "/metrics", Map.of())));
            }
        }
        url.ifPresent(name -> outside(name, places.keySet(), looks));
        return looks.findings();
    }

    private Map<Endpoint, String> places(Together looks) {
        var places = new LinkedHashMap<Endpoint, String>();
        if (pages.isEmpty()) {
            for (var node : nodes) {
                found(node, looks).forEach(place -> places.put(place.at(USUAL_PORT, false), "/metrics"));
            }
        }
        for (var page : pages) {
            var path = page.getRawPath().isEmpty() ? "/metrics" : page.getRawPath();
            found(page, looks).forEach(place -> places.put(place, path));
        }
        return places;
    }

    private static List<Endpoint> found(URI url, Together looks) {
        try {
            return Endpoint.allOf(url);
        } catch (UnknownHostException e) {
            looks.say(Finding.unseen("metrics", "nobody knows the name " + url.getHost(), "Correct it."));
            return List.of();
        }
    }

    /**
     * @param open      what an asker without a password gets
     * @param withLogin what one with it gets, where there is one
     * @param named     whether the operator said that metrics are there
     */
    static Finding judge(String item, Reply open, Optional<Reply> withLogin, boolean named) {
        var page = open.status() == 200 ? open : withLogin.orElse(open);
        if (open.status() == 200 && withLogin.isPresent() && isLiveKits(open)) {
            return Finding.fault(item, "serves everybody, though a user name and a password are meant to be"
                    + " asked for", "Set both prometheus.username and prometheus.password: with one of them LiveKit up"
                    + " to 1.13.5 asks nobody for anything.");
        }
        if (page.problem().equals(Http.NOT_TRUSTED)) {
            return Finding.fault(item, "its certificate is not trusted, so that the password was not sent",
                    "Mend its certificate, or give its authority to --ca-file.");
        }
        if (page.status() == 200 && isLiveKits(page)) {
            return Finding.ok(item, withLogin.isPresent() ? "there, for those who have the password"
                    : "there, for whoever reaches this port");
        }
        if (page.status() == 401) {
            return withLogin.isPresent()
                    ? Finding.fault(item, "refuses the user name and password that were given",
                            "Give Prometheus and the doctor what prometheus.username and prometheus.password say.")
                    : Finding.unseen(item, "asks for a password",
                            "Give it with --metrics-user and --metrics-password-file.");
        }
        if (page.status() == 200) {
            return Finding.fault(item, "something else than LiveKit's metrics is there",
                    "Point --metrics and Prometheus at LiveKit's prometheus.port.");
        }
        return named ? Finding.fault(item, page.said(), "Set prometheus.port in LiveKit's configuration, and let"
                + " Prometheus (and the doctor) reach it.")
                : Finding.unseen(item, page.said(), "If prometheus.port is set to another port, name it with --metrics."
                        + " If it is not set, set it: without it there are no metrics at all.");
    }

    /** The port of the API has none: whoever has them there has a proxy that shows them to clients. */
    static Finding ofApi(String item, Reply reply) {
        if (reply.status() == 200 && isLiveKits(reply)) {
            return Finding.fault(item, "shows metrics on the port that clients use",
                    "Take that path out of the proxy before it; Prometheus scrapes prometheus.port directly.");
        }
        return reply.status() == 0
                ? Finding.unseen(item, reply.said(), "See that LiveKit runs there and may be reached from here.")
                : Finding.ok(item, "no metrics there (" + reply.status() + ")");
    }

    /** Whether clients, by the name that they use, come to what is for Prometheus alone. */
    private void outside(URI name, Set<Endpoint> places, Together looks) {
        var ports = new LinkedHashSet<Integer>();
        places.forEach(place -> ports.add(place.port()));
        for (var publicly : found(name, looks)) {
            looks.look(() -> ofApi(publicly.called() + ": /metrics", http.get(publicly, "/metrics", Map.of())));
            for (var port : ports) {
                var itself = places.stream().anyMatch(place -> place.address().equals(publicly.address()));
                var item = publicly.at(port, true).called() + ": closed";
                looks.look(() -> itself ? Closed.sameAddress(item)
                        : Closed.judge(item, http.get(publicly.at(port, false), "/metrics", Map.of()), "metrics",
                                "the port of the metrics (prometheus.port)"));
            }
        }
    }

    private static Map<String, String> basicAuth(Login login) {
        return Map.of("Authorization", "Basic " + Base64.getEncoder()
                .encodeToString((login.user() + ":" + login.password()).getBytes(StandardCharsets.UTF_8)));
    }

    private static boolean isLiveKits(Reply reply) {
        var page = MetricsPage.of(reply.body());
        return page.has("livekit_") || page.has("go_") && page.has("process_");
    }
}
