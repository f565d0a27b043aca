package dev.keyturn.policy;

import java.time.Duration;
import java.util.Map;

/**
 * The token that a rule gives for a request: everything in it but the key, the time and the {@code jti}.
 *
 * @param room       the one room it opens
 * @param identity   the participant's identity
 * @param name       display name; empty is none
 * @param metadata   of the participant; empty is none
 * @param attributes of the participant
 * @param video      what the holder may do in the room
 * @param roomConfig how the room is made if it does not exist yet
 * @param ttl        how long LiveKit accepts it for a new connection
 */
public record Grant(
        String room,
        String identity,
        String name,
        String metadata,
        Map<String, String> attributes,
        VideoGrants video,
        RoomConfig roomConfig,
        Duration ttl) {

    public Grant {
        attributes = Map.copyOf(attributes);
    }
}
