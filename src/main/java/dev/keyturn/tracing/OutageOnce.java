package dev.keyturn.tracing;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Says once that spans do not get to the collector, and once that they do again. The exporter's own words for it, which
 * are switched off, are a stack trace every few seconds.
 */
final class OutageOnce implements SpanExporter {

    private static final Logger LOG = Logger.getLogger(OutageOnce.class);

    private final SpanExporter exporter;
    private final String collector;
    private final AtomicBoolean isOut = new AtomicBoolean();

    OutageOnce(SpanExporter exporter, String collector) {
        this.exporter = exporter;
        this.collector = collector;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        var result = exporter.export(spans);
        return result.whenComplete(() -> told(result));
    }

    private void told(CompletableResultCode result) {
        if (isOut.getAndSet(!result.isSuccess()) == result.isSuccess()) {
            if (result.isSuccess()) {
                LOG.infof("%s takes spans again", collector);
            } else {
                LOG.warnf("%s takes no spans (%s). They are lost until it does, and nothing else is",
                        collector, why(result.getFailureThrowable()));
            }
        }
    }

    /** What is under the exporter's own exception; if nothing is, there was an answer. */
    private static String why(Throwable failure) {
        return failure == null || failure.getCause() == null
                ? "it answers with an error" : failure.getCause().getClass().getSimpleName();
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}
