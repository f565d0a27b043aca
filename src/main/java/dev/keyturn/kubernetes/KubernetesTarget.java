package dev.keyturn.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.DeliveryConflictException;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.DeliveryException.Kind;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.KeyFileTarget;
import io.quarkus.arc.lookup.LookupIfProperty;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * The key file as one entry of a Secret, as LiveKit's chart reads it, and the workload of LiveKit restarted by an
 * annotation of its pods' template, as {@code kubectl rollout restart} does it.
 *
 * <p>First the Secret, then the annotation. A crash in between leaves the annotation of an earlier delivery, which
 * {@link #read()} sees. Two rotators cannot both write the Secret; that the slower one's annotation may come last costs
 * a restart more, for then it is not that of the Secret's file.
 */
@Singleton
@LookupIfProperty(name = "keyturn.rotation.target", stringValue = "kubernetes")
public final class KubernetesTarget implements KeyFileTarget {

    private final ApiServer api;
    private final ApiObject secret;
    private final String entry;
    private final Workload workload;
    private final ApiObject workloadObject;

    /** @throws io.quarkus.runtime.configuration.ConfigurationException if something is not set, or cannot be so */
    @Inject
    KubernetesTarget(KubernetesTargetConfig config) {
        this(new TargetSettings(config, System.getenv()));
    }

    KubernetesTarget(TargetSettings settings) {
        api = settings.apiServer();
        secret = new ApiObject("", "secrets", settings.namespace(), settings.secret());
        entry = settings.entry();
        workload = settings.workload();
        workloadObject = workload.in(settings.namespace());
    }

    @Override
    public Delivered read() throws DeliveryException {
        var running = api.get(workloadObject).requireObject();
        var found = api.get(secret);
        if (found.isNotFound()) {
            return Delivered.NOTHING;
        }
        var object = found.requireObject();
        var revision = object.at("/metadata/resourceVersion").asText();
        var content = object.path("data").path(entry);
        if (content.isMissingNode()) { // a Secret that has other entries alone is written as it is
            return new Delivered(Optional.empty(), revision, Instant.EPOCH, Restart.DONE, "");
        }
        var file = keyFile(content);
        var rollout = rollout(file, running);
        return new Delivered(
                Optional.of(file), revision, written(object, entry), rollout.restart(), rollout.sentence());
    }

    private KeyFile keyFile(JsonNode content) throws DeliveryException {
        try {
            return KeyFile.lookAt(new String(content.binaryValue(), StandardCharsets.UTF_8));
        } catch (IOException | IllegalArgumentException e) {
            throw new DeliveryException(Kind.FOREIGN, describe() + " is no key file of LiveKit, and never was"
                    + " Keyturn's: it is left as it is. Correct keyturn.rotation.kubernetes.secret or .entry, or remove"
                    + " the entry");
        }
    }

    /** A file that somebody else put there has no delivery: they restarted LiveKit on it, or nobody did. */
    private Workload.Rollout rollout(KeyFile file, JsonNode running) {
        if (file.header().isEmpty()) {
            return new Workload.Rollout(Restart.DONE, "");
        }
        var annotation = running.at("/spec/template/metadata/annotations").path(Workload.ANNOTATION).asText();
        return file.header().get().delivery().equals(annotation) ? workload.rollout(running)
                : new Workload.Rollout(Restart.DUE, workload + " was not restarted on it");
    }

    /** When the entry was last changed, by anyone: the API server notes for each field who did it and when. */
    static Instant written(JsonNode object, String entry) {
        var latest = Instant.parse(object.at("/metadata/creationTimestamp").asText());
        for (var change : object.at("/metadata/managedFields")) {
            if (change.path("fieldsV1").path("f:data").has("f:" + entry)) {
                var time = Instant.parse(change.path("time").asText());
                latest = time.isAfter(latest) ? time : latest;
            }
        }
        return latest;
    }

    @Override
    public void deliver(KeyFile file, Delivered replaced) throws DeliveryException {
        var content = Base64.getEncoder().encodeToString(file.text().getBytes(StandardCharsets.UTF_8));
        var change = object();
        change.putObject("data").put(entry, content);
        ApiAnswer answer;
        if (replaced.revision().isEmpty()) {
            change.put("apiVersion", "v1").put("kind", "Secret").put("type", "Opaque");
            change.putObject("metadata").put("name", secret.name())
                    .putObject("labels").put("app.kubernetes.io/managed-by", "keyturn");
            answer = api.create(secret, change);
        } else {
            change.putObject("metadata").put("resourceVersion", replaced.revision());
            answer = api.patch(secret, change);
        }
        if (answer.isConflict() || answer.isNotFound() && answer.verb().equals("patch")) {
            throw overtaken();
        }
        answer.requireObject();
        annotate(file);
    }

    @Override
    public void restart(Delivered delivered) throws DeliveryException {
        var found = api.get(secret);
        if (found.isNotFound()
                || !found.requireObject().at("/metadata/resourceVersion").asText().equals(delivered.revision())) {
            throw overtaken();
        }
        annotate(delivered.file().orElseThrow());
    }

    private void annotate(KeyFile file) throws DeliveryException {
        var change = object();
        change.putObject("spec").putObject("template").putObject("metadata").putObject("annotations")
                .put(Workload.ANNOTATION, file.header().orElseThrow().delivery());
        api.patch(workloadObject, change).requireObject();
    }

    private DeliveryConflictException overtaken() {
        return new DeliveryConflictException(secret + " is not what it was: someone else changed it first");
    }

    @Override
    public String describe() {
        return "entry " + entry + " of " + secret;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
