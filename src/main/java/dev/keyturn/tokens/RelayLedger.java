package dev.keyturn.tokens;

import java.time.Clock;
import org.jboss.logging.Logger;

/** What became of events, counted and, where they are lost, said once a minute. Never what is in them. */
final class RelayLedger {

    private static final Logger LOG = Logger.getLogger(RelayLedger.class);

    private final WebhookMetrics metrics;
    private final OnceAMinute log;

    RelayLedger(WebhookMetrics metrics, Clock clock) {
        this.metrics = metrics;
        this.log = new OnceAMinute(clock);
    }

    void relayed(String receiver) {
        metrics.relayed(receiver);
    }

    void lost(String receiver, RelayLoss loss, int events) {
        metrics.dropped(receiver, loss, events);
        if (log.mayBeSaid(receiver + " " + loss)) {
            LOG.warnf("Webhooks for keyturn.webhooks.receivers.%s are dropped (now %d): %s."
                    + " keyturn_webhooks_dropped_total counts on", receiver, events, loss.sentence);
        }
    }

    void hasRingKey(String receiver) {
        if (log.mayBeSaid(receiver)) {
            LOG.errorf("Nothing is relayed to keyturn.webhooks.receivers.%s: its key or secret is one of LiveKit's own,"
                    + " with which it could open any room. Make a pair that only this receiver has", receiver);
        }
    }
}
