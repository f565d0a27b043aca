package dev.keyturn.tokens;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.keyturn.keys.Hmac;
import dev.keyturn.keys.SignedJwt;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrant;
import dev.keyturn.policy.VideoGrants;
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

    /** The last key's prepared HMAC: a ring signs with one key for weeks. */
    private volatile Prepared prepared;

    private record Prepared(SigningKey key, Mac hmac) {}

    /**
     * @param now the second the token begins; fractions are cut
     * @param id  its {@code jti}
     */
    public String write(SigningKey key, Grant grant, Instant now, String id) {
        return SignedJwt.of(hmac(key), claims(key, grant, now.getEpochSecond(), id));
    }

    private Mac hmac(SigningKey key) {
        var last = prepared;
        if (last == null || !last.key.equals(key)) {
            last = new Prepared(key, Hmac.keyed(key.secret()));
            prepared = last;
        }
        return Hmac.copy(last.hmac);
    }

    private static byte[] claims(SigningKey key, Grant grant, long now, String id) {
        try (var bytes = new ByteArrayBuilder(512); var json = JSON.createGenerator(bytes)) {
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
