package dev.keyturn.policy;

import java.util.HashMap;
import java.util.Map;

/**
 * What a rule says of the participant's name, metadata and attributes.
 *
 * <p>Its attributes are the server's word: a request sets none of these keys, whatever it may set else, and also where
 * this caller lacks the claim that the attribute is made of. Name and metadata stand unless the request may, and does,
 * set its own.
 *
 * @param name     {@code null} for none
 * @param metadata {@code null} for none
 */
record ParticipantTerms(Template name, Metadata metadata, Map<String, Template> attributes, MaySet maySet) {

    ParticipantTerms {
        attributes = Map.copyOf(attributes);
    }

    boolean usesClaims() {
        return name != null && name.usesClaims()
                || metadata != null && metadata.usesClaims()
                || attributes.values().stream().anyMatch(Template::usesClaims);
    }

    String name(Caller caller, String asked) {
        if (!asked.isEmpty()) {
            maySet.require("participant_name");
            return asked;
        }
        var own = name == null ? null : name.fill(caller);
        return own == null ? "" : own;
    }

    String metadata(Caller caller, String asked) {
        if (!asked.isEmpty()) {
            maySet.require("participant_metadata");
            return asked;
        }
        return metadata == null ? "" : metadata.fill(caller);
    }

    Map<String, String> attributes(Caller caller, Map<String, String> asked) {
        if (asked.isEmpty() && attributes.isEmpty()) {
            return Map.of();
        }
        var all = new HashMap<String, String>();
        for (var attribute : asked.entrySet()) {
            var field = "participant_attributes." + attribute.getKey();
            if (attributes.containsKey(attribute.getKey())) {
                throw new Refusal(Decision.Reason.FIELD, field, field + " is set by the server");
            }
            maySet.require(field);
            all.put(attribute.getKey(), attribute.getValue());
        }
        for (var attribute : attributes.entrySet()) {
            var value = attribute.getValue().fill(caller);
            if (value != null) {
                all.put(attribute.getKey(), value);
            }
        }
        return all;
    }
}
