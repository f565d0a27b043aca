package dev.keyturn.policy;

import java.util.List;
import java.util.Map;

/**
 * LiveKit's RoomConfiguration (protobufs/livekit_room.proto) without {@code egress}, which may not come in a token.
 * Numbers are protobuf uint32, seconds or milliseconds as LiveKit has them; {@code null} is "not set", as is empty
 * text.
 *
 * @param emptyTimeout     seconds an empty room stays open before anyone came
 * @param departureTimeout seconds it stays open after the last one left
 * @param minPlayoutDelay  milliseconds
 * @param maxPlayoutDelay  milliseconds
 */
public record RoomConfig(
        String name,
        Long emptyTimeout,
        Long departureTimeout,
        Long maxParticipants,
        String metadata,
        Long minPlayoutDelay,
        Long maxPlayoutDelay,
        Boolean syncStreams,
        List<AgentDispatch> agents,
        Map<String, String> tags) {

    public static final RoomConfig NONE =
            new RoomConfig("", null, null, null, "", null, null, null, List.of(), Map.of());

    public RoomConfig {
        agents = List.copyOf(agents);
        tags = Map.copyOf(tags);
    }

    public boolean isEmpty() {
        return equals(NONE);
    }

    /**
     * LiveKit's RoomAgentDispatch: an agent to be sent into the room when it is created.
     *
     * @param agentName  the name it is registered under; empty means every agent without a name
     * @param deployment which deployment of it; empty is production
     */
    public record AgentDispatch(String agentName, String metadata, String deployment, Map<String, String> attributes) {

        public AgentDispatch {
            attributes = Map.copyOf(attributes);
        }
    }
}
