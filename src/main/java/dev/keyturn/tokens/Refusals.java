package dev.keyturn.tokens;

import dev.keyturn.callers.Refusal;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Optional;

/** What only the endpoints of this room refuse. */
final class Refusals {

    private Refusals() {}

    static Refusal badBody(BadBodyException e) {
        return new Refusal("", "body",
                Response.status(400), e.getMessage(), Optional.of(e.field()).filter(f -> !f.isEmpty()));
    }

    static Refusal tooMany(String rule, Duration wait) {
        return new Refusal(rule, "rate", Refusal.retryAfter(429, wait),
                "Too many tokens were asked for by this caller. Try again in " + Refusal.seconds(wait) + " s.",
                Optional.empty());
    }

    static Refusal mayNotIntrospect() {
        return new Refusal("", "not_allowed", Response.status(403),
                "This caller's issuer may not ask what is in a token (keyturn.introspection.issuers).",
                Optional.empty());
    }

    static Refusal noWebhook() {
        return new Refusal("", "content_type", Response.status(415),
                "The body must be sent as application/webhook+json.", Optional.empty());
    }

    /** Without a word on why: whoever forges one learns nothing. */
    static Refusal unverifiedWebhook() {
        return new Refusal("", "not_verified",
                Response.status(401).header(HttpHeaders.WWW_AUTHENTICATE, "Bearer"),
                "The webhook is not verified.", Optional.empty());
    }

    static Refusal queuesFull() {
        return new Refusal("", "queues_full", Refusal.retryAfter(503, Duration.ofSeconds(5)),
                "The queues of all receivers are full.", Optional.empty());
    }
}
