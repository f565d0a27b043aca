package dev.keyturn.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.DeliveryException.Kind;
import java.util.ArrayList;

/**
 * An answer of the API server, or of whoever it was.
 *
 * @param verb   what was asked, in the words of a Role: {@code get}, {@code patch} or {@code create}
 * @param object what for
 * @param status HTTP's
 * @param body   missing if it is not JSON; for a failure Kubernetes' {@code Status}, never shown
 */
record ApiAnswer(String verb, ApiObject object, int status, JsonNode body) {

    /** Kubernetes says that there is no such object. */
    boolean isNotFound() {
        return status == 404 && isOfKubernetes();
    }

    /** Kubernetes says that the object is not as the request has it: there already, or of another version. */
    boolean isConflict() {
        return status == 409 && isOfKubernetes();
    }

    /** @throws DeliveryException if it is not the object that was asked for; a sentence that says what to do */
    JsonNode requireObject() throws DeliveryException {
        if (status >= 200 && status < 300 && body.path("kind").asText().equalsIgnoreCase(object.kind())) {
            return body;
        }
        throw new DeliveryException(Kind.DENIED, object + ": " + failure());
    }

    private boolean isOfKubernetes() {
        return body.path("kind").asText().equals("Status") && body.path("apiVersion").asText().equals("v1");
    }

    private String failure() {
        if (status >= 500) {
            return "the API server answered with status " + status + ": see its log";
        }
        if (!isOfKubernetes()) {
            return "the answer (status " + status + ") is not that of a Kubernetes API server:"
                    + " is keyturn.rotation.kubernetes.api-url its address?";
        }
        return switch (status) {
            case 401 -> "the API server does not accept Keyturn's token (expired, or of another cluster):"
                    + " check keyturn.rotation.kubernetes.token-file";
            case 403 -> forbidden();
            case 404 -> "there is no such " + object.kind() + ", or no such namespace:"
                    + " correct keyturn.rotation.kubernetes, or make it";
            case 409 -> "someone else changes it at the same time: try again";
            case 422 -> "Kubernetes finds the change invalid" + invalidFields()
                    + "; a Secret that is 'immutable: true' has to be made anew without that";
            case 429 -> "the API server has too much to do: try again later";
            default -> "the API server answered with status " + status + ": see its log";
        };
    }

    private String forbidden() {
        if (body.path("message").asText().contains(" cannot " + verb + " resource ")) { // RBAC's words
            return "Kubernetes forbids it: a Role in namespace " + object.namespace() + " has to have the rule "
                    + object.rule(verb) + ", and a RoleBinding has to give it to Keyturn's service account";
        }
        return "Kubernetes forbids it, though not for a missing right: the namespace is being deleted, or a quota or an"
                + " admission policy is against it; the same change with kubectl shows which";
    }

    /** Their names alone: what is said of them may quote them. */
    private String invalidFields() {
        var fields = new ArrayList<String>();
        body.at("/details/causes").forEach(cause -> fields.add(cause.path("field").asText()));
        return fields.isEmpty() ? "" : " " + fields;
    }
}
