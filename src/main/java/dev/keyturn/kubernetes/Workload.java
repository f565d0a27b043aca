package dev.keyturn.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.rotation.Delivered.Restart;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What runs LiveKit's pods, and how far it is with new ones. The pods that are ending are none of its own any more: one
 * that lets its participants finish takes no part in this, nor does a headless service list it.
 */
record Workload(Kind kind, String name) {

    /** The annotation of its pods' template that names the delivery they run with. */
    static final String ANNOTATION = "keyturn.dev/key-file";

    enum Kind { DEPLOYMENT, STATEFULSET, DAEMONSET }

    /**
     * How far it is.
     *
     * @param sentence for people
     */
    record Rollout(Restart restart, String sentence) {}

    /** A name that Kubernetes allows (RFC 1123), and that is safe in a path. */
    static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

    /**
     * @param text {@code deployment/livekit-server}
     * @throws IllegalArgumentException if it is no such thing
     */
    static Workload of(String text) {
        var parts = text.split("/", -1);
        if (parts.length != 2 || !NAME.matcher(parts[1]).matches()) {
            throw new IllegalArgumentException("it is a kind and a name, such as deployment/livekit-server");
        }
        try {
            return new Workload(Kind.valueOf(parts[0].toUpperCase(Locale.ROOT)), parts[1]);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("it begins with deployment/, statefulset/ or daemonset/");
        }
    }

    ApiObject in(String namespace) {
        return new ApiObject("apps", kind.name().toLowerCase(Locale.ROOT) + "s", namespace, name);
    }

    /** How far its pods are with its newest template, whatever that was changed for. */
    Rollout rollout(JsonNode object) {
        var status = object.path("status");
        var wanted = kind == Kind.DAEMONSET
                ? status.path("desiredNumberScheduled").asInt() : object.at("/spec/replicas").asInt(1);
        var existing = status.path(kind == Kind.DAEMONSET ? "currentNumberScheduled" : "replicas").asInt();
        var updated = status.path(kind == Kind.DAEMONSET ? "updatedNumberScheduled" : "updatedReplicas").asInt();
        var available = status.path(kind == Kind.DAEMONSET ? "numberAvailable" : "availableReplicas").asInt();
        var seen = status.path("observedGeneration").asLong() >= object.at("/metadata/generation").asLong();
        if (seen && existing == wanted && updated == wanted && available == wanted) {
            return new Rollout(Restart.DONE, "all " + wanted + " pods of " + this + " run with it");
        }
        // which of the available ones are new is not said: as many as there must be if all old ones are available
        var surely = seen ? Math.min(wanted, Math.max(0, available - (existing - updated))) : 0;
        var old = surely == wanted && existing > updated ? ", and " + (existing - updated) + " without it" : "";
        return new Rollout(Restart.UNDER_WAY,
                surely + " of " + wanted + " pods of " + this + " run with it" + old + held(object));
    }

    /** Why it will not go on by itself, where that can be seen. */
    private String held(JsonNode object) {
        if (object.at("/spec/paused").asBoolean()) {
            return ", and it is paused: 'kubectl rollout resume " + this + "'";
        }
        var strategy = object.at("/spec/updateStrategy");
        if (strategy.path("type").asText().equals("OnDelete")) {
            return ", and its update strategy is OnDelete: delete its pods one by one";
        }
        if (strategy.at("/rollingUpdate/partition").asInt() > 0) {
            return ", and its update strategy has a partition, which keeps some pods as they are: set it to 0";
        }
        for (var condition : object.at("/status/conditions")) {
            if (condition.path("reason").asText().equals("ProgressDeadlineExceeded")) {
                return ", and Kubernetes has seen no progress for long: 'kubectl describe " + this
                        + "' and its pods say why";
            }
        }
        return "";
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + "/" + name;
    }
}
