package dev.keyturn.http;

import dev.keyturn.tracing.Tracing;
import dev.keyturn.tracing.TracingConfig;
import io.opentelemetry.api.trace.Span;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;

/** A span for each request, where traces are asked for; elsewhere no filter either. Of the path only what is ours. */
@Singleton
class RequestSpans {

    /** Within the time that is measured ({@link RequestTimes}), around all else. */
    private static final int PRIORITY = 900;

    void trace(@Observes Filters filters, TracingConfig config) {
        if (config.endpoint().isPresent()) {
            filters.register(RequestSpans::trace, PRIORITY);
        }
    }

    private static void trace(RoutingContext request) {
        var asked = request.request();
        var method = asked.method().name();
        var span = Tracing.request(RequestTimes.METHODS.contains(method) ? method : "_OTHER",
                Optional.of(asked.path()).filter(RequestTimes.PATHS::contains),
                "https".equals(asked.scheme()), asked.headers());
        request.addEndHandler(end -> end(span, request, end.succeeded()));
        request.next();
    }

    private static void end(Span span, RoutingContext request, boolean isSent) {
        var status = request.response().getStatusCode();
        if (isSent) {
            Tracing.answered(span, status, status >= 500);
        } else {
            Tracing.failed(span, "client_gone");
        }
    }
}
