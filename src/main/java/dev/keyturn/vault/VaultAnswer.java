package dev.keyturn.vault;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.vault.client.VaultClientException;
import io.quarkus.vault.client.common.VaultErrorResponse;
import java.net.URI;
import java.util.List;

/**
 * An answer that the client took for a failure: asked about, never shown.
 *
 * @param path   of the request, from {@code /v1/} on: the secret's, or that of a login or a renewal
 * @param status HTTP's
 * @param errors Vault's list of errors; empty if it sent none
 * @param body   the whole, where there was no such list; missing if it is not JSON
 */
@RegisterForReflection(targets = VaultErrorResponse.class) // the client's own, which its extension leaves out
record VaultAnswer(String path, int status, List<String> errors, JsonNode body) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The answer behind this exception, or null if there was none. */
    static VaultAnswer of(Throwable thrown) {
        if (!(thrown instanceof VaultClientException failure) || failure.getStatus() == null) {
            return null;
        }
        var errors = failure.getErrors() == null ? List.<String>of() : failure.getErrors();
        var path = URI.create(failure.getRequestPath()).getPath();
        return new VaultAnswer(path, failure.getStatus(), errors, parsed(failure.getBody()));
    }

    boolean says(String words) {
        return errors.stream().anyMatch(error -> error.contains(words));
    }

    /** It answers the question about the secret itself, not a login or a renewal on the way there. */
    boolean ofSecret() {
        return !path.startsWith("/v1/auth/") && !path.startsWith("/v1/sys/");
    }

    /** A success that the client could not parse. */
    boolean unreadable() {
        return status == 200;
    }

    /** How Vault says so: 404 and an empty list of errors. Some other server's 404 has none. */
    boolean neverStored() {
        return status == 404 && body.path("errors").isArray() && body.path("errors").isEmpty() && !body.has("data");
    }

    /** The latest version, if it was deleted or destroyed; otherwise 0. */
    int withdrawnVersion() {
        var metadata = body.path("data").path("metadata");
        return status == 404 ? metadata.path("version").asInt(0) : 0;
    }

    private static JsonNode parsed(String text) {
        try {
            var json = text == null ? null : JSON.readTree(text);
            return json == null ? MissingNode.getInstance() : json;
        } catch (JsonProcessingException notJson) {
            return MissingNode.getInstance();
        }
    }
}
