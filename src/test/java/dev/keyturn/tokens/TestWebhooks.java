package dev.keyturn.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.keys.Hmac;
import dev.keyturn.keys.SignedJwt;
import dev.keyturn.keys.SigningKey;
import java.time.Instant;

/** Webhooks as LiveKit sends them. */
public final class TestWebhooks {

    private TestWebhooks() {}

    /** An event of a room, with the secret that LiveKit puts into it. */
    public static String event(String name, String id, String room) {
        return "{\"event\":\"" + name + "\", \"room\":{\"sid\":\"RM_1\", \"name\":\"" + room
                + "\", \"creationTime\":\"1795251585\", \"turnPassword\":\"canary-turn-password\"},"
                + " \"id\":\"" + id + "\", \"createdAt\":\"1795251585\"}";
    }

    /** LiveKit's own claims of that moment. */
    public static ObjectNode claims(SigningKey key, String body, Instant now) {
        var second = now.getEpochSecond();
        return JsonNodeFactory.instance.objectNode().put("iss", key.key().value())
                .put("exp", second + 300).put("nbf", second).put("iat", second)
                .put("sha256", WebhookSignature.hash(body.getBytes(UTF_8)));
    }

    /** What LiveKit sends as {@code Authorization}. */
    public static String token(SigningKey key, String body, Instant now) {
        return token(key, claims(key, body, now));
    }

    public static String token(SigningKey key, ObjectNode claims) {
        return SignedJwt.of(Hmac.keyed(key.secret()), claims.toString().getBytes(UTF_8));
    }
}
