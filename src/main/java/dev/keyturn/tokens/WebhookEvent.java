package dev.keyturn.tokens;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * What happened in LiveKit. Its body is passed on as it came, and nothing else of it than this is looked at.
 *
 * @param name  such as {@code room_started}
 * @param id    the same each time that LiveKit sends the event
 * @param order events that share this, which are those of a room, reach a receiver in the order in which they came
 * @param body  what LiveKit sent
 */
record WebhookEvent(String name, String id, String order, byte[] body) {

    private static final int LONGEST_ID = 128; // LiveKit's have 15 characters

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** @throws BadBodyException if it is no JSON object with a text {@code event} */
    static WebhookEvent read(byte[] body) throws BadBodyException {
        JsonNode json;
        try {
            json = JSON.readTree(body);
        } catch (IOException e) {
            throw new BadBodyException("", "The body is not JSON.");
        }
        if (!(json instanceof ObjectNode) || !json.path("event").isTextual()) {
            throw new BadBodyException("event", "The body must be a JSON object with a text event.");
        }
        var id = json.path("id").asText();
        return new WebhookEvent(json.path("event").textValue(),
                id.isEmpty() || id.length() > LONGEST_ID ? WebhookSignature.hash(body) : id, order(json), body);
    }

    /** The room's name wherever LiveKit's events have it; events without a room are in one order. */
    private static String order(JsonNode json) {
        for (var place : new String[] {"/room/name", "/egressInfo/roomName", "/ingressInfo/roomName"}) {
            if (!json.at(place).asText().isEmpty()) {
                return json.at(place).asText();
            }
        }
        return "";
    }
}
