package dev.keyturn.tokens;

import dev.keyturn.callers.Refusal;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.keys.RingConfig;
import dev.keyturn.keys.RingUnavailableException;
import dev.keyturn.keys.SigningKey;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.ResponseStatus;

/**
 * Takes LiveKit's webhooks: verified under any key of the ring, counted, and passed on ({@link WebhookRelay}). LiveKit
 * takes a 4xx for a success and sends again what is answered with a 5xx.
 */
@Path("/webhook")
@WebhookRefusals.Noted
@Singleton
public class WebhookResource {

    /** RFC 9110 §8.3.1: in either case, with any parameter. */
    private static final Pattern JSON =
            Pattern.compile("\\s*application/(?:webhook\\+)?json\\s*(?:;.*)?", Pattern.CASE_INSENSITIVE);

    private final LiveRing ring;
    private final Duration ringRefresh;
    private final WebhookRelay relay;
    private final WebhookMetrics metrics;
    private final WebhookRefusals refusals;
    private final Clock clock;

    WebhookResource(LiveRing ring, RingConfig ringConfig, WebhookRelay relay, WebhookMetrics metrics,
            WebhookRefusals refusals, Clock clock) {
        this.ring = ring;
        this.ringRefresh = ringConfig.refresh();
        this.relay = relay;
        this.metrics = metrics;
        this.refusals = refusals;
        this.clock = clock;
    }

    /** Answers 200 as soon as the event is in the receivers' queues. */
    @POST
    @NonBlocking
    @Consumes(MediaType.WILDCARD) // what is refused is counted here, too
    @ResponseStatus(200)
    public void webhook(@Context HttpServerRequest request, byte[] body) {
        var contentType = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (contentType != null && !JSON.matcher(contentType).matches()) {
            throw refused(WebhookFault.CONTENT_TYPE, Refusals.noWebhook());
        }
        KeyRing current;
        try {
            current = ring.current();
        } catch (RingUnavailableException e) {
            throw refused(WebhookFault.RING_UNAVAILABLE, Refusal.ringUnavailable(ringRefresh));
        }
        SigningKey key;
        WebhookEvent event;
        try {
            var authorization = request.headers().getAll(HttpHeaders.AUTHORIZATION);
            key = WebhookSignature.verify(authorization, body, current, clock.instant());
            event = WebhookEvent.read(body);
        } catch (UnverifiedWebhookException e) {
            throw refused(e.fault(), Refusals.unverifiedWebhook());
        } catch (BadBodyException e) {
            throw refused(WebhookFault.BODY, Refusals.badBody(e));
        }
        switch (relay.pass(event, current)) {
            case TAKEN -> metrics.taken(event, key.state());
            case REPEATED -> metrics.repeated();
            case QUEUES_FULL -> throw refused(WebhookFault.QUEUES_FULL, Refusals.queuesFull());
        }
    }

    private Refusal refused(WebhookFault fault, Refusal refusal) {
        refusals.note(fault);
        return refusal;
    }
}
