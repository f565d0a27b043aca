package dev.keyturn.tokens;

import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * How LiveKit signs a webhook (protocol webhook/url_notifier.go): the {@code Authorization} header is a token, without
 * a scheme, whose claim {@code sha256} is the hash of the body.
 */
final class WebhookSignature {

    private static final String SCHEME = "Bearer ";

    private WebhookSignature() {}

    /**
     * The key that signed a webhook.
     *
     * @param authorization the values of the {@code Authorization} header
     * @throws UnverifiedWebhookException if no key of the ring did, or not for this body, or too long ago
     */
    static SigningKey verify(List<String> authorization, byte[] body, KeyRing ring, Instant now)
            throws UnverifiedWebhookException {
        if (authorization.size() != 1) {
            throw new UnverifiedWebhookException(WebhookFault.NO_TOKEN);
        }
        var credentials = authorization.get(0).strip();
        var hasScheme = credentials.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        var token = hasScheme ? credentials.substring(SCHEME.length()).strip() : credentials;
        TokenReader.Reading reading;
        try {
            reading = TokenReader.read(token, ring, now);
        } catch (IllegalArgumentException noJwt) {
            throw new UnverifiedWebhookException(WebhookFault.MALFORMED);
        }
        if (!reading.isValid()) {
            throw new UnverifiedWebhookException(WebhookFault.valueOf(reading.fault().orElseThrow().name()));
        }
        var claimed = reading.claims().path("sha256").asText().getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(claimed, hash(body).getBytes(StandardCharsets.UTF_8))) {
            throw new UnverifiedWebhookException(WebhookFault.HASH);
        }
        return reading.key().orElseThrow();
    }

    /** The claim {@code sha256} of a body. */
    static String hash(byte[] body) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
