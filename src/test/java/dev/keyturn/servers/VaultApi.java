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

/** Vault's HTTP API with one token, to set a test's stage and to look at what came of it. */
public final class VaultApi {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final String url;
    private final String token;

    VaultApi(String url, String token) {
        this.url = url;
        this.token = token;
    }

    /** The credentials of an AppRole login. */
    public record AppRole(String roleId, String secretId) {}

    /** Reads a path, as {@code vault read}: {@code secret/data/keyturn/ring}. */
    public JsonNode get(String path) {
        return send("GET", path, null);
    }

    public JsonNode post(String path, Object body) {
        return send("POST", path, body);
    }

    public void delete(String path) {
        send("DELETE", path, null);
    }

    /** The status alone, for what is meant to fail. */
    public int status(String method, String path, Object body) {
        return exchange(method, path, body).status();
    }

    /** Writes a KV v2 secret, as a person would: without compare-and-set. */
    public void putSecret(String mount, String path, Object data) {
        post(mount + "/data/" + path, Map.of("data", data));
    }

    /** Makes check-and-set required at these paths within {@code secret/}, before anything is stored there. */
    public void prepare(String... paths) {
        for (var path : paths) {
            post("secret/metadata/" + path, Map.of("cas_required", true));
        }
    }

    /** Mounts a KV engine, version 1 or 2, and waits until it can be used. */
    public void mountKv(String mount, int version) {
        post("sys/mounts/" + mount, Map.of("type", "kv", "options", Map.of("version", Integer.toString(version))));
        while (version == 2 && status("GET", mount + "/config", null) != 200) {
            Thread.onSpinWait(); // Vault makes it a versioned engine in the background
        }
    }

    public void enableAuth(String type) {
        if (!get("sys/auth").path("data").has(type + "/")) {
            post("sys/auth/" + type, Map.of("type", type));
        }
    }

    public void policy(String name, String rules) {
        post("sys/policies/acl/" + name, Map.of("policy", rules));
    }

    /** A token that may do what these policies say. */
    public String token(Duration ttl, String... policies) {
        return post("auth/token/create", Map.of("policies", List.of(policies), "no_default_policy", true,
                "ttl", ttl.toSeconds() + "s")).at("/auth/client_token").textValue();
    }

    /**
     * An AppRole of this name whose logins last {@code ttl}, and not longer than {@code maxTtl} however often renewed.
     */
    public AppRole appRole(String name, Duration ttl, Duration maxTtl, String... policies) {
        enableAuth("approle");
        var role = "auth/approle/role/" + name;
        post(role, Map.of("token_policies", List.of(policies), "token_ttl", ttl.toSeconds() + "s",
                "token_max_ttl", maxTtl.toSeconds() + "s"));
        return new AppRole(get(role + "/role-id").at("/data/role_id").textValue(),
                post(role + "/secret-id", Map.of()).at("/data/secret_id").textValue());
    }

    /** A role of JWT auth that lets this issuer's tokens for audience {@code vault} in. */
    public void jwtRole(String name, WorkloadIssuer issuer, Duration ttl, String... policies) {
        enableAuth("jwt");
        post("auth/jwt/config", Map.of("jwt_validation_pubkeys", List.of(issuer.publicKeyPem()),
                "bound_issuer", WorkloadIssuer.ISSUER));
        post("auth/jwt/role/" + name, Map.of("role_type", "jwt", "user_claim", "sub",
                "bound_audiences", List.of("vault"),
                "token_policies", List.of(policies), "token_ttl", ttl.toSeconds() + "s"));
    }

    private JsonNode send(String method, String path, Object body) {
        var answer = exchange(method, path, body);
        if (answer.status() >= 300) {
            throw new IllegalStateException(
                    method + " " + path + " was answered with " + answer.status() + " " + answer.body());
        }
        return answer.body();
    }

    private Answer exchange(String method, String path, Object body) {
        try {
            var publisher = body == null
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
            var request = HttpRequest.newBuilder(URI.create(url + "/v1/" + path))
                    .timeout(Duration.ofSeconds(20))
                    .method(method, publisher);
            if (method.equals("PATCH")) {
                request.header("Content-Type", "application/merge-patch+json");
            }
            if (token != null) {
                request.header("X-Vault-Token", token);
            }
            var answer = client.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(answer.statusCode(),
                    answer.body().length == 0 ? MissingNode.getInstance() : JSON.readTree(answer.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private record Answer(int status, JsonNode body) {}
}
