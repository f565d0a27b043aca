package dev.keyturn.agents;

import com.fasterxml.jackson.core.JsonFactory;
import dev.keyturn.keys.SigningKey;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * What an agent gets.
 *
 * @param url          where LiveKit is
 * @param key          the pair
 * @param version      of the ring that it is from
 * @param agentName    what the worker registers under; empty if the rule does not say
 * @param refreshAfter when to ask again; whole seconds
 * @param expiresAt    until when the pair is sure to be good; whole seconds
 */
record Handout(String url, SigningKey key, long version, Optional<String> agentName, Instant refreshAfter,
        Instant expiresAt) {

    private static final JsonFactory JSON = new JsonFactory();

    /** @param until when the ring that the key is from can be relied on no more */
    static Handout of(String url, SigningKey key, long version, Optional<String> agentName, Instant now, Instant until,
            Duration poll) {
        var half = Duration.between(now, until).dividedBy(2);
        var refreshAfter = now.plus(half.compareTo(poll) < 0 ? half : poll);
        return new Handout(url, key, version, agentName, refreshAfter.truncatedTo(ChronoUnit.SECONDS),
                until.truncatedTo(ChronoUnit.SECONDS));
    }

    String entityTag() {
        return EntityTags.of(key.key(), url, agentName);
    }

    /** The answer, with the secret. */
    String json() {
        var text = new StringWriter(512);
        try (var json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("url", url);
            json.writeStringField("api_key", key.key().value());
            json.writeStringField("api_secret", key.secret().reveal());
            json.writeStringField("key_state", key.state().name());
            json.writeNumberField("version", version);
            if (agentName.isPresent()) {
                json.writeStringField("agent_name", agentName.get());
            }
            json.writeStringField("refresh_after", refreshAfter.toString());
            json.writeStringField("expires_at", expiresAt.toString());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is written but memory
        }
        return text.toString();
    }
}
