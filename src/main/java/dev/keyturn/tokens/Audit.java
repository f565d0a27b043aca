package dev.keyturn.tokens;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.keyturn.callers.AuditLog;
import dev.keyturn.callers.AuditWriter;
import dev.keyturn.callers.Refusal;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.policy.Caller;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.TokenRequest;
import dev.keyturn.policy.VideoGrants;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Clock;

/**
 * One line for each decision, allowed or refused: who, rule, room, identity, grants, ttl, jti, key. Never the token or
 * the bearer, and nothing of the body but room and identity.
 */
@Singleton
class Audit {

    private final AuditWriter writer;

    Audit(AuditLog log, Clock clock) {
        this.writer = new AuditWriter("token", log, clock);
    }

    void granted(Caller caller, String client, String rule, Grant grant, String jti, ApiKey key) {
        var room = grant.room();
        var identity = grant.identity();
        var video = grant.video();
        var ttl = grant.ttl().toSeconds();
        writer.granted(caller, client, rule, json -> {
            json.writeStringField("room", room);
            json.writeStringField("identity", identity);
            grants(json, video);
            json.writeNumberField("ttl", ttl);
            json.writeStringField("jti", jti);
            json.writeStringField("key", key.value());
        });
    }

    /** @param caller {@code null} if nobody knows who it is */
    void refused(Caller caller, String client, Refusal refusal, TokenRequest request) {
        var room = request.room();
        var identity = request.identity();
        writer.refused(caller, client, refusal, json -> {
            json.writeStringField("room", room);
            json.writeStringField("identity", identity);
        });
    }

    private static void grants(JsonGenerator json, VideoGrants video) throws IOException {
        json.writeArrayFieldStart("grants");
        for (var grant : video.given()) {
            json.writeString(grant.claim());
        }
        json.writeEndArray();
    }
}
