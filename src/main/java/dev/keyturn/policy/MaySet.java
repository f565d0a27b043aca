package dev.keyturn.policy;

import java.util.List;
import java.util.Set;

/**
 * The fields of the body that a request may set, by the endpoint's own words; {@code participant_attributes} is all of
 * them and {@code participant_attributes.lang} one, and so with {@code room_config}.
 */
record MaySet(Set<String> fields) {

    static final String ATTRIBUTES = "participant_attributes";
    static final String ROOM_CONFIG = "room_config";

    /** Every word but the {@code participant_attributes.…}, whose keys are anybody's. */
    static final List<String> WORDS = List.of(
            "participant_name", "participant_metadata", ATTRIBUTES, ROOM_CONFIG,
            "room_config.name", "room_config.empty_timeout", "room_config.departure_timeout",
            "room_config.max_participants", "room_config.metadata", "room_config.min_playout_delay",
            "room_config.max_playout_delay", "room_config.sync_streams", "room_config.tags");

    static final MaySet NOTHING = new MaySet(Set.of());

    MaySet {
        fields = Set.copyOf(fields);
    }

    boolean allows(String field) {
        return fields.contains(field)
                || field.startsWith("room_config.") && fields.contains(ROOM_CONFIG)
                || field.startsWith("participant_attributes.") && fields.contains(ATTRIBUTES);
    }

    /** @throws Refusal that names the field, if a request may not set it */
    void require(String field) {
        if (!allows(field)) {
            throw new Refusal(Decision.Reason.FIELD, field, field + " cannot be set by the request");
        }
    }
}
