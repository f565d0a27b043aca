package dev.keyturn.callers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.keyturn.policy.Caller;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.jboss.logging.Logger;

/**
 * Writes one JSON line for a decision, allowed or refused: who asked, from where, and which rule decided. The category
 * {@code keyturn.audit} has a handler of its own ({@link AuditOutput}), so that the line can be sent elsewhere.
 */
public final class AuditWriter {

    static final String CATEGORY = "keyturn.audit";

    private static final Logger LOG = Logger.getLogger(CATEGORY);
    private static final JsonFactory JSON = new JsonFactory();

    private final String kind;
    private final Clock clock;

    /** @param kind what its lines are about, their field {@code audit} */
    public AuditWriter(String kind, Clock clock) {
        this.kind = kind;
        this.clock = clock;
    }

    /** What only lines of one kind have. */
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
        line("refused", caller, client, refusal.rule(), json -> {
            json.writeStringField("reason", refusal.reason());
            json.writeNumberField("status", refusal.getResponse().getStatus());
            fields.write(json);
        });
    }

    private void line(String outcome, Caller caller, String client, String rule, Fields fields) {
        var line = new ByteArrayOutputStream(512);
        try (var json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("time", clock.instant().toString());
            json.writeStringField("audit", kind);
            json.writeStringField("outcome", outcome);
            json.writeStringField("client", client);
            if (caller != null) {
                json.writeBooleanField("anonymous", caller.isAnonymous());
                json.writeStringField("issuer", caller.issuer());
                json.writeStringField("subject", caller.subject());
            }
            json.writeStringField("rule", rule);
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is written but memory
        }
        LOG.info(line.toString(StandardCharsets.UTF_8));
    }
}
