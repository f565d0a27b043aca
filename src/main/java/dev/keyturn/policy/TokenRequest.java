package dev.keyturn.policy;

import java.util.Map;

/**
 * What was asked for, in the words of LiveKit's standard token endpoint; whatever was left out, {@code null} or empty
 * is empty here.
 *
 * @param room       {@code room_name}
 * @param identity   {@code participant_identity}
 * @param name       {@code participant_name}
 * @param metadata   {@code participant_metadata}
 * @param attributes {@code participant_attributes}
 * @param roomConfig {@code room_config}
 */
public record TokenRequest(
        String room,
        String identity,
        String name,
        String metadata,
        Map<String, String> attributes,
        RoomConfig roomConfig) {

    /** The empty body: anything will do. */
    public static final TokenRequest ANYTHING = new TokenRequest("", "", "", "", Map.of(), RoomConfig.NONE);

    public TokenRequest {
        attributes = Map.copyOf(attributes);
    }
}
