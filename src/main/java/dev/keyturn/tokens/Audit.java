package dev.keyturn.tokens;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.policy.Caller;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.TokenRequest;
import dev.keyturn.policy.VideoGrants;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Clock;
import org.jboss.logging.Logger;

/**
 * One JSON line for each decision, allowed or refused: who, rule, room, identity, grants, ttl, jti, key. Never the
 * token or the bearer, and nothing of the body but room and identity. The category {@code keyturn.audit} has a handler
 * of its own, so that the line can be sent elsewhere.
 */
@Singleton
class Audit {

    private static final Logger LOG = Logger.getLogger("keyturn.audit");
    private static final JsonFactory JSON = new JsonFactory();

    private final Clock clock;

    Audit(Clock clock) {
        this.clock = clock;
    }

    void granted(Caller caller, String client, String rule, Grant grant, String jti, ApiKey key) {
        line(json -> {
            json.writeStringField("outcome", "granted");
            who(json, caller, client);
            json.writeStringField("rule", rule);
            json.writeStringField("room", grant.room());
            json.writeStringField("identity", grant.identity());
            grants(json, grant.video());
            json.writeNumberField("ttl", grant.ttl().toSeconds());
            json.writeStringField("jti", jti);
            json.writeStringField("key", key.value());
        });
    }

    /** @param caller {@code null} if nobody knows who it is */
    void refused(Caller caller, String client, Refusal refusal, TokenRequest request) {
        line(json -> {
            json.writeStringField("outcome", "refused");
            who(json, caller, client);
            json.writeStringField("rule", refusal.rule());
            json.writeStringField("reason", refusal.reason());
            json.writeNumberField("status", refusal.getResponse().getStatus());
            json.writeStringField("room", request.room());
            json.writeStringField("identity", request.identity());
        });
    }

    private static void who(JsonGenerator json, Caller caller, String client) throws IOException {
        json.writeStringField("client", client);
        if (caller != null) {
            json.writeBooleanField("anonymous", caller.isAnonymous());
            json.writeStringField("issuer", caller.issuer());
            json.writeStringField("subject", caller.subject());
        }
    }

    private static void grants(JsonGenerator json, VideoGrants video) throws IOException {
        json.writeArrayFieldStart("grants");
        for (var grant : video.given()) {
            json.writeString(grant.claim());
        }
        json.writeEndArray();
    }

    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private void line(Fields fields) {
        var line = new StringWriter(256);
        try (var json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("time", clock.instant().toString());
            json.writeStringField("audit", "token");
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is written but memory
        }
        LOG.info(line);
    }
}
