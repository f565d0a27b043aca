package dev.keyturn.callers;

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
import java.util.function.Supplier;

/**
 * The caller does not get what was asked for. It supplies the {@code detail} and the {@code field} of the problem (RFC
 * 9457) that whoever answers completes. Those that every endpoint may come to are made here, an endpoint's own there.
 */
public final class Refusal extends WebApplicationException implements Supplier<Map<String, Object>> {

    private final transient String rule;
    private final transient String reason;
    private final transient Map<String, Object> members = new LinkedHashMap<>();

    /**
     * @param rule   the rule that decided; empty if none did
     * @param reason why, as a metric's label
     * @param detail why, as a sentence for the caller
     * @param field  the field of the body that was the matter, if one was
     */
    public Refusal(String rule, String reason, ResponseBuilder response, String detail, Optional<String> field) {
        super(detail, null, response.build());
        this.rule = rule;
        this.reason = reason;
        members.put("detail", detail);
        field.ifPresent(name -> members.put("field", name));
    }

    public static Refusal notAuthenticated(NotAuthenticatedException e) {
        return new Refusal("", "not_authenticated",
                Response.status(401).header(HttpHeaders.WWW_AUTHENTICATE, e.challenge()),
                sentence(e.getMessage()), Optional.empty());
    }

    public static Refusal issuerKeysUnavailable(IssuerKeysUnavailableException e) {
        return new Refusal("", "issuer_keys_unavailable",
                retryAfter(503, e.retryAfter()), sentence(e.getMessage()), Optional.empty());
    }

    public static Refusal byPolicy(Refused refused) {
        var status = refused.reason() == Reason.TOO_LONG ? 400 : 403;
        return new Refusal(refused.rule().orElse(""), refused.reason().name().toLowerCase(Locale.ROOT),
                Response.status(status), sentence(refused.detail()), refused.field());
    }

    /** Without a word on why: that is for the operator, whose readiness check says it. */
    public static Refusal ringUnavailable(Duration wait) {
        return new Refusal("", "ring_unavailable", retryAfter(503, wait),
                "The server has no signing key that it may use now. Its readiness says why.", Optional.empty());
    }

    /** The members of the problem. */
    @Override
    public Map<String, Object> get() {
        return members;
    }

    /** The rule that decided; empty if none did. */
    public String rule() {
        return rule;
    }

    /** Why, as a metric's label. */
    public String reason() {
        return reason;
    }

    /** The beginning of an answer that asks to come back after {@code wait}. */
    public static ResponseBuilder retryAfter(int status, Duration wait) {
        return Response.status(status).header(HttpHeaders.RETRY_AFTER, seconds(wait));
    }

    /** In whole seconds, at least one, as {@code Retry-After} has it. */
    public static long seconds(Duration wait) {
        return Math.max(1, wait.plusMillis(999).toSeconds());
    }

    /** The other rooms' messages as a sentence of its own; the name of a field keeps its casing. */
    private static String sentence(String message) {
        var startsWithField = message.substring(0, (message + " ").indexOf(' ')).contains("_");
        var first = startsWithField ? message.charAt(0) : Character.toUpperCase(message.charAt(0));
        return first + message.substring(1) + ".";
    }
}
