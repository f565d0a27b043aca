package dev.keyturn.tokens;

import dev.keyturn.callers.IssuerKeysUnavailableException;
import dev.keyturn.callers.NotAuthenticatedException;
import dev.keyturn.policy.Decision.Reason;
import dev.keyturn.policy.Decision.Refused;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * No token, or no answer to a question about one. Its response holds {@code detail} and {@code field} (RFC 9457);
 * whoever answers completes the problem.
 */
final class Refusal extends WebApplicationException {

    private final transient String rule;
    private final transient String reason;

    private Refusal(String rule, String reason, ResponseBuilder response, String detail, Optional<String> field) {
        super(detail, null, response.entity(members(detail, field)).build());
        this.rule = rule;
        this.reason = reason;
    }

    static Refusal badBody(BadBodyException e) {
        return new Refusal("", "body",
                Response.status(400), e.getMessage(), Optional.of(e.field()).filter(f -> !f.isEmpty()));
    }

    static Refusal notAuthenticated(NotAuthenticatedException e) {
        return new Refusal("", "not_authenticated",
                Response.status(401).header(HttpHeaders.WWW_AUTHENTICATE, e.challenge()),
                sentence(e.getMessage()), Optional.empty());
    }

    static Refusal issuerKeysUnavailable(IssuerKeysUnavailableException e) {
        return new Refusal("", "issuer_keys_unavailable",
                retryAfter(503, e.retryAfter()), sentence(e.getMessage()), Optional.empty());
    }

    static Refusal byPolicy(Refused refused) {
        var status = refused.reason() == Reason.TOO_LONG ? 400 : 403;
        return new Refusal(refused.rule().orElse(""), refused.reason().name().toLowerCase(Locale.ROOT),
                Response.status(status), sentence(refused.detail()), refused.field());
    }

    static Refusal tooMany(String rule, Duration wait) {
        return new Refusal(rule, "rate", retryAfter(429, wait),
                "Too many tokens were asked for by this caller. Try again in " + seconds(wait) + " s.",
                Optional.empty());
    }

    static Refusal mayNotIntrospect() {
        return new Refusal("", "not_allowed", Response.status(403),
                "This caller's issuer may not ask what is in a token (keyturn.introspection.issuers).",
                Optional.empty());
    }

    /** Without a word on why: whoever forges one learns nothing. */
    static Refusal unverifiedWebhook() {
        return new Refusal("", "not_verified",
                Response.status(401).header(HttpHeaders.WWW_AUTHENTICATE, "Bearer"),
                "The webhook is not verified.", Optional.empty());
    }

    static Refusal queuesFull() {
        return new Refusal("", "queues_full", retryAfter(503, Duration.ofSeconds(5)),
                "The queues of all receivers are full.", Optional.empty());
    }

    /** Without a word on why: that is for the operator, whose readiness check says it. */
    static Refusal ringUnavailable(Duration wait) {
        return new Refusal("", "ring_unavailable", retryAfter(503, wait),
                "The server has no signing key that it may use now. Its readiness says why.", Optional.empty());
    }

    /** The rule that decided; empty if none did. */
    String rule() {
        return rule;
    }

    /** Why, as a metric's label. */
    String reason() {
        return reason;
    }

    private static ResponseBuilder retryAfter(int status, Duration wait) {
        return Response.status(status).header(HttpHeaders.RETRY_AFTER, seconds(wait));
    }

    private static long seconds(Duration wait) {
        return Math.max(1, wait.plusMillis(999).toSeconds());
    }

    /** The other rooms' messages as a sentence of its own; the name of a field keeps its casing. */
    private static String sentence(String message) {
        var startsWithField = message.substring(0, (message + " ").indexOf(' ')).contains("_");
        var first = startsWithField ? message.charAt(0) : Character.toUpperCase(message.charAt(0));
        return first + message.substring(1) + ".";
    }

    private static Map<String, Object> members(String detail, Optional<String> field) {
        var members = new LinkedHashMap<String, Object>();
        members.put("detail", detail);
        field.ifPresent(name -> members.put("field", name));
        return members;
    }
}
