package dev.keyturn.tokens;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.Hmac;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SignedJwt;
import dev.keyturn.tokens.WebhooksConfig.ReceiverConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import javax.crypto.Mac;

/**
 * Where a receiver is, and the pair of its own that its events are signed with, as LiveKit signs them: so every
 * LiveKit SDK's webhook receiver verifies them.
 */
final class RelayTarget {

    /** LiveKit's own; the SDKs look at nothing else. */
    private static final Duration LIFETIME = Duration.ofMinutes(5);

    /** How far a receiver's clock may be behind: some SDKs give none. */
    private static final Duration CLOCKS_APART = Duration.ofMinutes(1);

    private final URI url;
    private final ApiKey key;
    private final ApiSecret secret;
    private final Duration timeout;
    private final Mac hmac;

    private RelayTarget(URI url, ApiKey key, ApiSecret secret, Duration timeout) {
        this.url = url;
        this.key = key;
        this.secret = secret;
        this.timeout = timeout;
        this.hmac = Hmac.keyed(secret);
    }

    /** @throws ConfigurationException if nothing should start with this; says why in a sentence, without the secret */
    static RelayTarget of(String prefix, ReceiverConfig config) {
        var url = config.url();
        if (url.getHost() == null || url.getUserInfo() != null || !Set.of("https", "http").contains(url.getScheme())) {
            throw new ConfigurationException(
                    prefix + "url must be like https://app.example.com/livekit/webhook, without credentials");
        }
        try {
            return new RelayTarget(url, new ApiKey(config.key()), secret(prefix, config), config.timeout());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(prefix + "key: " + e.getMessage());
        }
    }

    private static ApiSecret secret(String prefix, ReceiverConfig config) {
        if (config.secret().isPresent() == config.secretFile().isPresent()) {
            throw new ConfigurationException(prefix + "secret and secret-file: exactly one of them must be set");
        }
        var property = prefix + (config.secret().isPresent() ? "secret" : "secret-file");
        try {
            return ApiSecret.of(config.secret().isPresent()
                    ? config.secret().get() : Files.readString(config.secretFile().orElseThrow()).strip());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(property + ": " + e.getMessage());
        } catch (IOException e) {
            throw new ConfigurationException(property + ": the file cannot be read (" + e.getClass().getSimpleName()
                    + ")");
        }
    }

    /** Whether its pair would open rooms. */
    boolean isIn(KeyRing ring) {
        return ring.keys().stream().anyMatch(each -> each.key().equals(key) || each.secret().equals(secret));
    }

    URI url() {
        return url;
    }

    Duration timeout() {
        return timeout;
    }

    /** One try, with a token of its own. */
    HttpRequest.Builder post(byte[] body, Instant now) {
        var claims = JsonNodeFactory.instance.objectNode()
                .put("iss", key.value())
                .put("nbf", now.minus(CLOCKS_APART).getEpochSecond())
                .put("exp", now.plus(LIFETIME).getEpochSecond())
                .put("sha256", WebhookSignature.hash(body));
        var token = SignedJwt.of(Hmac.copy(hmac), claims.toString().getBytes(StandardCharsets.UTF_8));
        return HttpRequest.newBuilder(url).timeout(timeout)
                .header("Content-Type", "application/webhook+json")
                .header("Authorization", token)
                .POST(BodyPublishers.ofByteArray(body));
    }
}
