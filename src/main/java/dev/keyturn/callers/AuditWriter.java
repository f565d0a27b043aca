package dev.keyturn.callers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.keyturn.policy.Caller;
import dev.keyturn.tracing.Tracing;
import java.io.IOException;
import java.time.Clock;

/** Writes one JSON line for a decision, allowed or refused: who asked, from where, and which rule decided. */
public final class AuditWriter {

    private static final JsonFactory JSON = new JsonFactory();
    private static final Fields NOBODY = json -> { };

    private final String kind;
    private final AuditLog log;
    private final Clock clock;

    /** @param kind what its lines are about, their field {@code audit} */
    public AuditWriter(String kind, AuditLog log, Clock clock) {
        this.kind = kind;
        this.log = log;
        this.clock = clock;
    }

    /**
     * What only lines of one kind have. It may be asked later, by another thread, and thousands may wait: it should hold
     * on to what it writes and nothing larger, such as a request's body or a caller's claims.
     */
    @FunctionalInterface
    public interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    /** @param client the address that the request came from */
    public void granted(Caller caller, String client, String rule, Fields fields) {
        line("granted", caller, client, rule, fields);
    }

    /** @param caller {@code null} if nobody knows who it is */
    public void refused(Caller caller, String client, Refusal refusal, Fields fields) {
        var reason = refusal.reason();
        var status = refusal.getResponse().getStatus();
        line("refused", caller, client, refusal.rule(), json -> {
            json.writeStringField("reason", reason);
            json.writeNumberField("status", status);
            fields.write(json);
        });
    }

    private void line(String outcome, Caller caller, String client, String rule, Fields fields) {
        var time = clock.instant();
        var trace = Tracing.current();
        var who = caller == null ? NOBODY : who(caller.isAnonymous(), caller.issuer(), caller.subject());
        log.write(out -> {
            try (var json = JSON.createGenerator(out)) {
                json.writeStartObject();
                json.writeStringField("time", time.toString());
                json.writeStringField("audit", kind);
                json.writeStringField("outcome", outcome);
                json.writeStringField("client", client);
                who.write(json);
                json.writeStringField("rule", rule);
                fields.write(json);
                if (trace.isSampled()) { // others are nowhere to be found
                    json.writeStringField("trace_id", trace.getTraceId());
                }
                json.writeEndObject();
            }
        });
    }

    private static Fields who(boolean anonymous, String issuer, String subject) {
        return json -> {
            json.writeBooleanField("anonymous", anonymous);
            json.writeStringField("issuer", issuer);
            json.writeStringField("subject", subject);
        };
    }
}
