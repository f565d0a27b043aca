package dev.keyturn.tokens;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.keyturn.keys.Hmac;
import dev.keyturn.keys.SignedJwt;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrant;
import dev.keyturn.policy.VideoGrants;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import javax.crypto.Mac;

/**
 * Writes LiveKit's access tokens: a JWT signed with HS256 whose claims are those of LiveKit's
 * auth/grants.go. {@code nbf} and {@code iat} are now: LiveKit's RemoveParticipant revokes by {@code nbf}, and clients
 * cache by it.
 */
public final class TokenWriter {

    private static final JsonFactory JSON = new JsonFactory();
    private static final VideoGrant[] GRANTS = VideoGrant.values();

    /** In bytes; most tokens need less, and room for a larger one is made when it comes. */
    private static final int ROOM = 1024;

    private final ThreadLocal<Desk> desks = new ThreadLocal<>();

    /**
     * What one thread needs for a token, and for the next: a ring signs with one key for weeks. Without it a token cost
     * three times the memory, most of it for copies of the keyed HMAC and of the token itself.
     */
    private static final class Desk {
        final SigningKey key;
        final Mac hmac;
        final ByteArrayOutputStream claims = new ByteArrayOutputStream(ROOM);
        byte[] room = new byte[ROOM];

        Desk(SigningKey key) {
            this.key = key;
            this.hmac = Hmac.keyed(key.secret());
        }
    }

    /**
     * @param now the second the token begins; fractions are cut
     * @param id  its {@code jti}
     */
    public String write(SigningKey key, Grant grant, Instant now, String id) {
        var desk = desk(key);
        var claims = claims(desk.claims, key, grant, now.getEpochSecond(), id);
        var length = SignedJwt.length(claims.length);
        if (desk.room.length < length) {
            desk.room = new byte[length];
        }
        return SignedJwt.of(desk.hmac, claims, desk.room);
    }

    private Desk desk(SigningKey key) {
        var desk = desks.get();
        if (desk == null || desk.key != key) { // the same one, not an equal one: to compare secrets takes its time
            desk = new Desk(key);
            desks.set(desk);
        }
        return desk;
    }

    private static byte[] claims(ByteArrayOutputStream bytes, SigningKey key, Grant grant, long now, String id) {
        bytes.reset();
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("iss", key.key().value());
            json.writeStringField("sub", grant.identity());
            json.writeNumberField("nbf", now);
            json.writeNumberField("iat", now);
            json.writeNumberField("exp", now + grant.ttl().toSeconds());
            json.writeStringField("jti", id);
            text(json, "name", grant.name());
            text(json, "metadata", grant.metadata());
            texts(json, "attributes", grant.attributes());
            video(json, grant.room(), grant.video());
            if (!grant.roomConfig().isEmpty()) {
                roomConfig(json, grant.roomConfig());
            }
            json.writeEndObject();
            json.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is written but memory
        }
    }

    private static void video(JsonGenerator json, String room, VideoGrants video) throws IOException {
        json.writeObjectFieldStart("video");
        json.writeStringField("room", room);
        for (var grant : GRANTS) {
            if (video.has(grant)) {
                json.writeBooleanField(grant.claim(), true);
            } else if (VideoGrant.YES_UNLESS_SAID.contains(grant)) {
                json.writeBooleanField(grant.claim(), false);
            }
        }
        if (!video.canPublishSources().isEmpty()) {
            json.writeArrayFieldStart("canPublishSources");
            for (var source : video.canPublishSources()) {
                json.writeString(source);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    /** As protojson has it: lowerCamelCase, maps as objects (an array of pairs would void the whole token). */
    private static void roomConfig(JsonGenerator json, RoomConfig room) throws IOException {
        json.writeObjectFieldStart("roomConfig");
        text(json, "name", room.name());
        number(json, "emptyTimeout", room.emptyTimeout());
        number(json, "departureTimeout", room.departureTimeout());
        number(json, "maxParticipants", room.maxParticipants());
        text(json, "metadata", room.metadata());
        number(json, "minPlayoutDelay", room.minPlayoutDelay());
        number(json, "maxPlayoutDelay", room.maxPlayoutDelay());
        if (Boolean.TRUE.equals(room.syncStreams())) {
            json.writeBooleanField("syncStreams", true);
        }
        if (!room.agents().isEmpty()) {
            json.writeArrayFieldStart("agents");
            for (var agent : room.agents()) {
                json.writeStartObject();
                text(json, "agentName", agent.agentName());
                text(json, "metadata", agent.metadata());
                text(json, "deployment", agent.deployment());
                texts(json, "attributes", agent.attributes());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        texts(json, "tags", room.tags());
        json.writeEndObject();
    }

    private static void text(JsonGenerator json, String name, String value) throws IOException {
        if (!value.isEmpty()) {
            json.writeStringField(name, value);
        }
    }

    private static void number(JsonGenerator json, String name, Long value) throws IOException {
        if (value != null) {
            json.writeNumberField(name, value);
        }
    }

    private static void texts(JsonGenerator json, String name, Map<String, String> values) throws IOException {
        if (!values.isEmpty()) {
            json.writeObjectFieldStart(name);
            for (var entry : values.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
        }
    }
}
