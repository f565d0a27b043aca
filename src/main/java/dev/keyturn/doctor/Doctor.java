package dev.keyturn.doctor;

import dev.keyturn.doctor.SignallingCheckup.Target;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.Nodes;
import dev.keyturn.rotation.Probe;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts together the checkups that suit a deployment, in the order of the table. */
public final class Doctor {

    private final Questions questions;
    private final Certificates certificates;
    private final Asker asker;
    private final Clock clock;

    /** How LiveKit's nodes are asked. */
    public interface Asker {
        /** @param publicly whether it is the name that clients use, whose certificate is of another authority */
        Nodes nodes(List<URI> urls, boolean publicly);
    }

    public Doctor(Questions questions, Certificates certificates, Asker asker, Clock clock) {
        this.questions = questions;
        this.certificates = certificates;
        this.asker = asker;
        this.clock = clock;
    }

    /**
     * What needs neither a store nor a policy.
     *
     * @param keys   that LiveKit should accept, as far as they are known
     * @param ring   that they are of, where there is one
     * @param leeway how far clocks may be apart
     */
    public List<Checkup> checkups(List<SigningKey> keys, Optional<KeyRing> ring, Duration leeway) {
        var checkups = new ArrayList<Checkup>();
        var http = new Http(questions.timeout());
        var socket = new AgentSocket(questions.timeout(), certificates, clock);
        var signs = ring.map(KeyRing::active).or(() -> keys.stream().findFirst());
        checkups.add(questions.nodes().isEmpty()
                ? said("nodes", "it is not known where LiveKit's nodes are, and a balancer answers for any of them",
                        "Name them with --nodes http://10.0.0.7:7880,http://10.0.0.8:7880, or by a name that lists all"
                                + " (a headless Service).")
                : new NodesCheckup(probe(questions.nodes(), false), false, keys, unsure(ring), leeway));
        if (!questions.nodes().isEmpty()) {
            checkups.add(new VersionCheckup(questions.nodes(), signs, socket));
        }
        checkups.add(new MetricsCheckup(questions.nodes(), questions.metrics(), questions.url(), questions.login(),
                certificates, http));
        if (questions.url().isPresent()) {
            var url = questions.url().get();
            checkups.add(new SignallingCheckup(url, Target.LIVEKIT, questions.plainPort(),
                    places(questions.nodes()), signs, certificates, http, socket));
            checkups.add(new NodesCheckup(probe(List.of(asHttp(url)), true), true, keys, unsure(ring), leeway));
            checkups.add(new CorsCheckup(url, false, questions.origin(), http));
        } else {
            checkups.add(said("signalling", "it is not known how clients reach LiveKit",
                    "Give --url wss://livekit.example.com (keyturn.livekit.url)."));
        }
        checkups.add(questions.turn().<Checkup>map(url -> new TurnCheckup(url, questions.timeout(), certificates))
                .orElseGet(() -> said("TURN", "it is not known where it is",
                        "Give --turn turn.example.com (turn.domain), if clients behind firewalls have to come in.")));
        questions.redis().ifPresent(url -> checkups.add(new RedisCheckup(url, questions.timeout(), certificates)));
        questions.keyturn().ifPresent(url -> {
            checkups.add(new SignallingCheckup(url, Target.KEYTURN, questions.plainPort(),
                    places(questions.management()), Optional.empty(), certificates, http, socket));
            checkups.add(new CorsCheckup(url, true, questions.origin(), http));
        });
        checkups.add(new KeyturnCheckup(questions.management(),
                ring.map(held -> OptionalLong.of(held.version())).orElse(OptionalLong.empty()), http));
        return checkups;
    }

    private Probe probe(List<URI> urls, boolean publicly) {
        return new Probe(asker.nodes(urls, publicly), clock);
    }

    private static URI asHttp(URI url) {
        return URI.create((Endpoint.isTls(url) ? "https://" : "http://") + url.getRawAuthority());
    }

    /** What can be said at once. */
    public static Checkup said(Finding finding) {
        return new Checkup() {
            @Override
            public String subject() {
                return finding.item();
            }

            @Override
            public List<Finding> look() {
                return List.of(finding);
            }
        };
    }

    private static Checkup said(String item, String found, String advice) {
        return said(Finding.unseen(item, found, advice));
    }

    private static Set<ApiKey> unsure(Optional<KeyRing> ring) {
        return ring.map(held -> held.keys().stream().filter(key -> key.state() != KeyState.ACTIVE)
                .map(SigningKey::key).collect(Collectors.toSet())).orElse(Set.of());
    }

    private static List<Endpoint> places(List<URI> urls) {
        var places = new ArrayList<Endpoint>();
        for (var url : urls) {
            try {
                places.addAll(Endpoint.allOf(url));
            } catch (UnknownHostException e) {
                // said of the nodes
            }
        }
        return places;
    }
}
