package dev.keyturn.tokens;

import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.time.Clock;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Counts each webhook that is refused and logs some: nobody else will, for LiveKit takes a 4xx for a success. */
@Singleton
class WebhookRefusals {

    private static final Logger LOG = Logger.getLogger(WebhookRefusals.class);

    private final WebhookMetrics metrics;
    private final OnceAMinute log;

    WebhookRefusals(WebhookMetrics metrics, Clock clock) {
        this.metrics = metrics;
        this.log = new OnceAMinute(clock);
    }

    void note(WebhookFault fault) {
        metrics.refused(fault);
        if (log.mayBeSaid(fault)) {
            LOG.warnf("A webhook is refused: %s. keyturn_webhooks_refused_total{reason=\"%s\"} counts on",
                    fault.sentence, fault.label());
        }
    }

    /** What is refused before the endpoint sees it. */
    @ServerResponseFilter
    void noteEarlier(ContainerRequestContext request, ContainerResponseContext response) {
        var fault = switch (response.getStatus()) {
            case 413 -> WebhookFault.TOO_LARGE;
            case 415 -> WebhookFault.CONTENT_TYPE;
            default -> null;
        };
        if (fault != null && request.getUriInfo().getPath().equals("/webhook")) {
            note(fault);
        }
    }
}
