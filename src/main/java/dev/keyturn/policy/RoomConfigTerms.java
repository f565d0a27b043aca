package dev.keyturn.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a rule says of the room's configuration. Its numbers stand for every request, and where a request may set one
 * itself, they are the most it may set; its tags cannot be overridden.
 *
 * <p>Zero and false are "not set" in protobuf, and LiveKit then takes its own default, which is more than any limit
 * (no participants' maximum at all): from a request they count as nothing said.
 */
record RoomConfigTerms(RoomConfig given, AllowedAgents agents, MaySet maySet) {

    /** The words of a rule's {@code room_config}. */
    static final List<String> WORDS = List.of(
            "name", "empty_timeout", "departure_timeout", "max_participants", "metadata", "min_playout_delay",
            "max_playout_delay", "sync_streams", "agents", "tags");

    static final List<String> AGENT_WORDS = List.of("agent_name", "metadata", "deployment", "attributes");

    RoomConfig with(RoomConfig asked, Caller caller) {
        if (asked.isEmpty()) {
            return given;
        }
        return new RoomConfig(
                text("room_config.name", given.name(), asked.name()),
                number("room_config.empty_timeout", given.emptyTimeout(), asked.emptyTimeout()),
                number("room_config.departure_timeout", given.departureTimeout(), asked.departureTimeout()),
                number("room_config.max_participants", given.maxParticipants(), asked.maxParticipants()),
                text("room_config.metadata", given.metadata(), asked.metadata()),
                number("room_config.min_playout_delay", given.minPlayoutDelay(), asked.minPlayoutDelay()),
                number("room_config.max_playout_delay", given.maxPlayoutDelay(), asked.maxPlayoutDelay()),
                syncStreams(asked.syncStreams()),
                agents.with(given.agents(), asked.agents(), caller),
                tags(asked.tags()));
    }

    private String text(String field, String own, String asked) {
        if (asked == null || asked.isEmpty()) {
            return own;
        }
        maySet.require(field);
        return asked;
    }

    private Long number(String field, Long most, Long asked) {
        if (asked == null || asked == 0) {
            return most;
        }
        maySet.require(field);
        if (asked < 0 || most != null && asked > most) {
            throw new Refusal(Decision.Reason.FIELD, field, asked < 0
                    ? field + " is " + asked + ", and cannot be negative"
                    : field + " is " + asked + ", and can be " + most + " at most");
        }
        return asked;
    }

    private Boolean syncStreams(Boolean asked) {
        if (asked == null || !asked) {
            return given.syncStreams();
        }
        maySet.require("room_config.sync_streams");
        return true;
    }

    private Map<String, String> tags(Map<String, String> asked) {
        if (asked.isEmpty()) {
            return given.tags();
        }
        maySet.require("room_config.tags");
        var all = new HashMap<>(asked);
        given.tags().forEach((tag, value) -> {
            if (all.put(tag, value) != null) {
                throw new Refusal(Decision.Reason.FIELD, "room_config.tags",
                        "the tag \"" + tag + "\" is set by the server");
            }
        });
        return all;
    }
}
