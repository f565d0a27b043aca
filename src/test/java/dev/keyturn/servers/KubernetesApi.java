package dev.keyturn.servers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.yaml.snakeyaml.Yaml;

/** The API of Kubernetes with one token, to set a test's stage and to look at what came of it. */
public final class KubernetesApi {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration WITHIN = Duration.ofSeconds(60);

    private final HttpClient client;
    private final String url;
    private final String token;
    private final Set<String> warnings = new ConcurrentSkipListSet<>();

    KubernetesApi(HttpClient client, String url, String token) {
        this.client = client;
        this.url = url;
        this.token = token;
    }

    /** Status and body of an answer; the body is missing where it is not JSON. */
    public record Answer(int status, JsonNode body) {}

    /** The whole path: {@code /apis/apps/v1/namespaces/livekit/deployments/livekit-server}. */
    public JsonNode get(String path) {
        return succeeded("GET " + path, call("GET", path, null));
    }

    public JsonNode post(String path, Object body) {
        return succeeded("POST " + path, call("POST", path, body));
    }

    /** A JSON merge patch: null takes a field away. */
    public JsonNode patch(String path, Object body) {
        return succeeded("PATCH " + path, call("PATCH", path, body));
    }

    public void delete(String path) {
        succeeded("DELETE " + path, call("DELETE", path, null));
    }

    /** Any call, for one that is meant to fail. */
    public Answer call(String method, String path, Object body) {
        return exchange(method, path, method.equals("PATCH") ? "merge-patch+json" : "json", body);
    }

    /** An empty namespace of this name, and its default service account, without which no pod starts. */
    public void namespace(String name) {
        apply(name, "{apiVersion: v1, kind: Namespace, metadata: {name: " + name + "}}");
        await("/api/v1/namespaces/" + name + "/serviceaccounts/default", account -> !account.isMissingNode());
    }

    /**
     * Applies each document as {@code kubectl apply --server-side} does, strictly: an unknown field is an error.
     *
     * @param namespace for objects that live in one and do not say so
     */
    public void apply(String namespace, String yaml) {
        for (var document : new Yaml().loadAll(yaml)) {
            if (document != null) {
                applyOne(namespace, JSON.valueToTree(document), "");
            }
        }
    }

    private void applyOne(String namespace, JsonNode object, String options) {
        var version = object.path("apiVersion").asText();
        var group = (version.contains("/") ? "/apis/" : "/api/") + version;
        for (var resource : get(group).path("resources")) {
            var name = resource.path("name").asText();
            if (resource.path("kind").equals(object.path("kind")) && !name.contains("/")) {
                var in = resource.path("namespaced").asBoolean()
                        ? "/namespaces/" + object.at("/metadata/namespace").asText(namespace)
                        : "";
                var path = group + in + "/" + name + "/" + object.at("/metadata/name").asText();
                succeeded("apply " + path, exchange("PATCH",
                        path + "?fieldManager=tests&force=true&fieldValidation=Strict" + options, "apply-patch+yaml",
                        object));
                return;
            }
        }
        throw new IllegalArgumentException("no resource of kind " + object.path("kind") + " in " + version);
    }

    /** A token of this service account, which is made if it is missing, for these audiences, or for the API server. */
    public String serviceAccountToken(String namespace, String name, String... audiences) {
        apply(namespace, "{apiVersion: v1, kind: ServiceAccount, metadata: {name: " + name + "}}");
        return post("/api/v1/namespaces/" + namespace + "/serviceaccounts/" + name + "/token", Map.of(
                "apiVersion", "authentication.k8s.io/v1", "kind", "TokenRequest",
                "spec", Map.of("audiences", List.of(audiences)))).at("/status/token").asText();
    }

    /**
     * The same, but nothing is kept ({@code --dry-run=server}).
     *
     * @param yaml objects whose namespaces exist
     */
    public void dryRun(String yaml) {
        for (var document : new Yaml().loadAll(yaml)) {
            if (document != null) {
                applyOne("", JSON.valueToTree(document), "&dryRun=All");
            }
        }
    }

    /** What the API server has warned of, in all answers so far ({@code Warning} headers), as kubectl shows it. */
    public Set<String> warnings() {
        return Set.copyOf(warnings);
    }

    /** Waits until the object is so; one that does not exist is a missing node. Gives it as it was then. */
    public JsonNode await(String path, Predicate<JsonNode> so) {
        var until = System.nanoTime() + WITHIN.toNanos();
        while (true) {
            var answer = call("GET", path, null);
            var object = answer.status() == 200 ? answer.body() : MissingNode.getInstance();
            if (so.test(object)) {
                return object;
            }
            if (System.nanoTime() > until) {
                throw new IllegalStateException(path + " is not so within " + WITHIN + ": " + answer.body());
            }
            LockSupport.parkNanos(50_000_000); // between two questions
        }
    }

    /** Waits until all pods of this Deployment are of its newest template and available, and none of another. */
    public JsonNode awaitRollout(String namespace, String deployment) {
        return await("/apis/apps/v1/namespaces/" + namespace + "/deployments/" + deployment, object -> {
            var wanted = object.at("/spec/replicas").asInt(-1);
            return object.at("/status/observedGeneration").asLong() == object.at("/metadata/generation").asLong(-1)
                    && object.at("/status/updatedReplicas").asInt() == wanted
                    && object.at("/status/availableReplicas").asInt() == wanted
                    && object.at("/status/replicas").asInt() == wanted;
        });
    }

    private static JsonNode succeeded(String what, Answer answer) {
        if (answer.status() >= 300) {
            throw new IllegalStateException(what + " was answered with " + answer.status() + " " + answer.body());
        }
        return answer.body();
    }

    private Answer exchange(String method, String path, String type, Object body) {
        try {
            var publisher = body == null
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)); // which is YAML too
            var request = HttpRequest.newBuilder(URI.create(url + path))
                    .timeout(Duration.ofSeconds(20))
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/" + type)
                    .method(method, publisher);
            var answer = client.send(request.build(), BodyHandlers.ofByteArray());
            warnings.addAll(answer.headers().allValues("Warning"));
            var json = answer.headers().firstValue("Content-Type").orElse("").startsWith("application/json");
            return new Answer(answer.statusCode(), json ? JSON.readTree(answer.body()) : MissingNode.getInstance());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
