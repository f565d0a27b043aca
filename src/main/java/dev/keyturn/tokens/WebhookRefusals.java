package dev.keyturn.tokens;

import jakarta.inject.Singleton;
import jakarta.ws.rs.NameBinding;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
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

    /** Marks the endpoint whose refusals these are, so that no other pays for a filter. */
    @NameBinding
    @Retention(RetentionPolicy.RUNTIME)
    @interface Noted {
    }

    /** What is refused before the endpoint sees it. */
    @Noted
    @ServerResponseFilter
    void noteTooLarge(ContainerResponseContext response) {
        if (response.getStatus() == 413) {
            note(WebhookFault.TOO_LARGE);
        }
    }
}
