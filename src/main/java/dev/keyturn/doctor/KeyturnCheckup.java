package dev.keyturn.doctor;

import dev.keyturn.doctor.Http.Reply;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListSet;

/** Keyturn's replicas, by their management ports: health, the ring that each holds, and what their metrics tell. */
public final class KeyturnCheckup implements Checkup {

    /** Some reads of the ring are missed by then (keyturn.ring.refresh, 30 s). */
    private static final Duration STALE = Duration.ofMinutes(3);

    private final List<URI> management;
    private final OptionalLong ringVersion;
    private final Http http;

    /** @param ringVersion in the store, where that could be read */
    KeyturnCheckup(List<URI> management, OptionalLong ringVersion, Http http) {
        this.management = management;
        this.ringVersion = ringVersion;
        this.http = http;
    }

    @Override
    public String subject() {
        return "Keyturn";
    }

    @Override
    public List<Finding> look() throws InterruptedException {
        if (management.isEmpty()) {
            return List.of(Finding.unseen("Keyturn: replicas", "it is not known where their management port is",
                    "Name it with --management http://keyturn.keyturn.svc:9000, from where Prometheus may reach it."));
        }
        var looks = new Together();
        var versions = new ConcurrentSkipListSet<Long>();
        for (var url : management) {
            try {
                for (var place : Endpoint.allOf(url)) {
                    var name = "Keyturn " + place.name();
                    looks.look(() -> health(name + ": health", http.get(place, "/q/health/ready", Map.of())));
                    looks.lookAll(() -> {
                        var reply = http.get(place, "/metrics", Map.of());
                        var page = MetricsPage.of(reply.body());
                        page.sum("keyturn_ring_version").ifPresent(version -> versions.add((long) version));
                        return judge(name, reply, page, ringVersion);
                    });
                }
            } catch (UnknownHostException e) {
                looks.say(Finding.fault("Keyturn: replicas", "nobody knows the name " + url.getHost(),
                        "Correct --management."));
            }
        }
        var findings = looks.findings();
        if (versions.size() > 1) {
            findings.add(Finding.warning("Keyturn: replicas", "they hold different versions of the ring: " + versions,
                    "Within keyturn.ring.refresh of a rotation that is so. If it stays, see the log of the one with the"
                            + " lowest: it cannot read the store."));
        }
        return findings;
    }

    static Finding health(String item, Reply reply) {
        return switch (reply.status()) {
            case 200 -> Finding.ok(item, "ready");
            case 503 -> Finding.fault(item, "not ready", "See " + item.replace(": health", "")
                    + "/q/health: it holds no ring, or one too old to sign with (keyturn.ring.max-staleness).");
            default -> Finding.fault(item, reply.said(),
                    "Let --management name Keyturn's management port (quarkus.management.port, 9000).");
        };
    }

    static List<Finding> judge(String name, Reply reply, MetricsPage page, OptionalLong stored) {
        if (reply.status() != 200 || !page.has("keyturn_")) {
            return List.of(Finding.unseen(name + ": metrics", reply.status() == 200 ? "they are not Keyturn's"
                    : reply.said(), "Let --management name Keyturn's management port."));
        }
        return List.of(ring(name + ": ring", page, stored), rotation(name + ": rotation", page),
                webhooks(name + ": webhooks", page));
    }

    private static Finding ring(String item, MetricsPage page, OptionalLong stored) {
        var version = page.sum("keyturn_ring_version");
        var age = page.sum("keyturn_ring_age_seconds");
        if (version.isEmpty() || age.isEmpty()) {
            return Finding.fault(item, "it holds none", "Make one with 'keyturn init', or see in its log why it cannot"
                    + " read the store (keyturn.ring.store).");
        }
        var held = Duration.ofMillis((long) (age.getAsDouble() * 1000));
        var found = "version " + (long) version.getAsDouble() + ", confirmed " + Words.span(held) + " ago";
        if (held.compareTo(STALE) > 0) {
            return Finding.fault(item, found, "See its log: the store (keyturn.ring.store) cannot be read. Past"
                    + " keyturn.ring.max-staleness it signs nothing more.");
        }
        if (stored.isPresent() && stored.getAsLong() > (long) version.getAsDouble()) {
            return Finding.warning(item, found + ", and the store has version " + stored.getAsLong(),
                    "Within keyturn.ring.refresh of a rotation that is so. If it stays, see that it reads the same store.");
        }
        return Finding.ok(item, found);
    }

    private static Finding rotation(String item, MetricsPage page) {
        if (page.sum("keyturn_compromised_keys").orElse(0) > 0) {
            return Finding.fault(item, "a key that others may know is still accepted",
                    "Run 'keyturn rotate --wait' until it is gone (docs/runbook.md).");
        }
        return page.sum("keyturn_rotation_late").orElse(0) > 0
                ? Finding.fault(item, "a step is overdue",
                        "See 'keyturn status', and whether whatever runs 'keyturn rotate' still does (CronJob, timer or"
                                + " keyturn.rotation.every).")
                : Finding.ok(item, "nothing is overdue");
    }

    private static Finding webhooks(String item, MetricsPage page) {
        var unknown = page.sum("keyturn_webhooks_refused_total", "reason=\"unknown_key\"").orElse(0);
        if (unknown > 0) {
            return Finding.fault(item, Words.count((long) unknown, "webhook") + " of a key that is not in the ring refused"
                    + " since it started",
                    "Set webhook.api_key in LiveKit's configuration to a key of the ring (LIVEKIT_WEBHOOK_API_KEY), and"
                            + " restart it: LiveKit does not repeat what was refused.");
        }
        if (page.sum("keyturn_webhooks_total", "key_state=\"RETIRING\"").orElse(0) > 0
                && page.sum("keyturn_keys", "state=\"retiring\"").orElse(0) > 0) {
            return Finding.warning(item, "LiveKit signs them with a key that retires",
                    "Set webhook.api_key to the key that signs before the old one is withdrawn: LiveKit does not start"
                            + " with one that its key file lacks.");
        }
        var others = page.sum("keyturn_webhooks_refused_total").orElse(0);
        if (others > 0) {
            return Finding.warning(item, Words.count((long) others, "webhook") + " refused since it started",
                    "See its log for the reason (docs/webhooks.md).");
        }
        var taken = page.sum("keyturn_webhooks_total").orElse(0);
        return taken > 0 ? Finding.ok(item, Words.count((long) taken, "webhook") + " verified, none refused")
                : Finding.unseen(item, "none has come since it started",
                        "If LiveKit has a webhook, look again after somebody has joined a room.");
    }
}
