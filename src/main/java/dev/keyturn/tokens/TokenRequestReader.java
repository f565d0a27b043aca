package dev.keyturn.tokens;

import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.RoomConfig.AgentDispatch;
import dev.keyturn.policy.TokenRequest;
import dev.keyturn.tokens.StrictJson.Fields;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the body of LiveKit's standard token endpoint (protobufs/livekit_token_source.proto) as its six SDKs write it.
 * Unknown fields are passed over and counted, because strictness there breaks clients on an upgrade. Everything else is
 * strict: a field given twice (in one casing or both), a wrong type, what no caller may ever ask for.
 */
public final class TokenRequestReader {

    /** What a token may hold, but nobody may ask for: a rule gives it or nobody has it. */
    private static final Set<String> NEVER_FROM_A_BODY =
            Set.of("kind", "hidden", "recorder", "agent", "room_admin", "room_create", "room_record");

    private TokenRequestReader() {}

    /** @param unknownFields how many fields were passed over */
    public record Body(TokenRequest request, int unknownFields) {}

    /** @throws BadBodyException if it is no JSON object of the right shape; the message says where and why */
    public static Body read(byte[] body) throws BadBodyException {
        var read = StrictJson.read(body, TokenRequest.ANYTHING, TokenRequestReader::request);
        return new Body(read.value(), read.passedOver());
    }

    private static TokenRequest request(Fields fields) throws IOException, BadBodyException {
        String room = "";
        String identity = "";
        String name = "";
        String metadata = "";
        Map<String, String> attributes = Map.of();
        var roomConfig = RoomConfig.NONE;
        for (var field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "room_name" -> room = fields.text();
                case "participant_identity" -> identity = fields.text();
                case "participant_name" -> name = fields.text();
                case "participant_metadata" -> metadata = fields.text();
                case "participant_attributes" -> attributes = fields.texts();
                case "room_config" -> roomConfig = fields.object(RoomConfig.NONE, TokenRequestReader::roomConfig);
                default -> {
                    if (NEVER_FROM_A_BODY.contains(field)) {
                        throw new BadBodyException(field, "The field " + field + " may never come from a request.");
                    }
                    fields.passOver();
                }
            }
        }
        return new TokenRequest(room, identity, name, metadata, attributes, roomConfig);
    }

    private static RoomConfig roomConfig(Fields fields) throws IOException, BadBodyException {
        String name = "";
        Long emptyTimeout = null;
        Long departureTimeout = null;
        Long maxParticipants = null;
        String metadata = "";
        Long minPlayoutDelay = null;
        Long maxPlayoutDelay = null;
        Boolean syncStreams = null;
        List<AgentDispatch> agents = List.of();
        Map<String, String> tags = Map.of();
        for (var field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "name" -> name = fields.text();
                case "empty_timeout" -> emptyTimeout = fields.number();
                case "departure_timeout" -> departureTimeout = fields.number();
                case "max_participants" -> maxParticipants = fields.number();
                case "metadata" -> metadata = fields.text();
                case "min_playout_delay" -> minPlayoutDelay = fields.number();
                case "max_playout_delay" -> maxPlayoutDelay = fields.number();
                case "sync_streams" -> syncStreams = fields.flag();
                case "agents" -> agents = fields.objects(TokenRequestReader::agent);
                case "tags" -> tags = fields.texts();
                case "egress" -> {
                    var path = fields.path();
                    fields.object(null, egress -> nothingIn(egress, path));
                }
                default -> fields.passOver();
            }
        }
        return new RoomConfig(name, emptyTimeout, departureTimeout, maxParticipants, metadata, minPlayoutDelay,
                maxPlayoutDelay, syncStreams, agents, tags);
    }

    private static AgentDispatch agent(Fields fields) throws IOException, BadBodyException {
        String agentName = "";
        String metadata = "";
        String deployment = "";
        Map<String, String> attributes = Map.of();
        for (var field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "agent_name" -> agentName = fields.text();
                case "metadata" -> metadata = fields.text();
                case "deployment" -> deployment = fields.text();
                case "attributes" -> attributes = fields.texts();
                default -> fields.passOver();
            }
        }
        return new AgentDispatch(agentName, metadata, deployment, attributes);
    }

    private static Void nothingIn(Fields egress, String path) throws IOException, BadBodyException {
        if (egress.next() != null) {
            throw new BadBodyException(path,
                    "The field " + path + " holds credentials, which LiveKit takes from servers only.");
        }
        return null;
    }
}
