package dev.keyturn.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * The spans of this program, and all that is in them: names as in OpenTelemetry's semantic conventions for HTTP, but of
 * a URL only where the server is. Where nothing is traced every span is one that does nothing.
 *
 * <p>Trace context comes and goes as W3C has it, without {@code baggage}, which is whatever somebody wrote into it.
 */
public final class Tracing {

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<Long> RESENDS = AttributeKey.longKey("http.request.resend_count");
    private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
    private static final AttributeKey<String> SERVER = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("keyturn.outcome");

    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();
    private static final TextMapGetter<MultiMap> HEADERS = new TextMapGetter<>() {

        @Override
        public Iterable<String> keys(MultiMap headers) {
            return headers.names();
        }

        /** All of one name: {@code tracestate} may come in parts, and two {@code traceparent} are none. */
        @Override
        public String get(MultiMap headers, String name) {
            return headers.contains(name) ? String.join(",", headers.getAll(name)) : null;
        }
    };

    private static final Tracer OFF = TracerProvider.noop().get("dev.keyturn");
    private static volatile Tracer tracer = OFF;

    private Tracing() {}

    static void turnOn(TracerProvider provider) {
        tracer = provider.get("dev.keyturn");
    }

    static void turnOff() {
        tracer = OFF;
    }

    /**
     * Begins the span of a request, which is the current one from then on, wherever the request goes.
     *
     * @param method one of those that there are, and not what somebody made up
     * @param route  an endpoint's path, if it is one
     */
    public static Span request(String method, Optional<String> route, boolean secure, MultiMap headers) {
        var builder = tracer.spanBuilder(route.map(path -> method + " " + path).orElse(method))
                .setSpanKind(SpanKind.SERVER)
                .setParent(W3C.extract(Context.root(), headers, HEADERS))
                .setAttribute(METHOD, method)
                .setAttribute(SCHEME, secure ? "https" : "http");
        route.ifPresent(path -> builder.setAttribute(ROUTE, path));
        var span = builder.startSpan();
        Vertx.currentContext().putLocal(Tracing.class, span);
        return span;
    }

    /** The span of the request at hand, as others may refer to it; an invalid one if there is none. */
    public static SpanContext current() {
        var context = tracer == OFF ? null : Vertx.currentContext();
        Span span = context == null ? null : context.getLocal(Tracing.class);
        return span == null ? SpanContext.getInvalid() : span.getSpanContext();
    }

    /** Begins the span of a request that is sent to another server, as a part of {@code trace} or in one of its own. */
    public static Span call(String method, URI server, SpanContext trace, int resends) {
        var builder = tracer.spanBuilder(method)
                .setSpanKind(SpanKind.CLIENT)
                .setParent(Context.root().with(Span.wrap(trace)))
                .setAttribute(METHOD, method)
                .setAttribute(SCHEME, server.getScheme())
                .setAttribute(SERVER, server.getHost())
                .setAttribute(PORT, (long) port(server));
        return (resends == 0 ? builder : builder.setAttribute(RESENDS, (long) resends)).startSpan();
    }

    private static int port(URI server) {
        return server.getPort() > 0 ? server.getPort() : "https".equals(server.getScheme()) ? 443 : 80;
    }

    /** Lets the other server go on with the trace. */
    public static void carry(Span span, HttpRequest.Builder request) {
        W3C.inject(Context.root().with(span), request, HttpRequest.Builder::setHeader);
    }

    /** Begins a trace of something that nobody asked for. */
    public static Span task(String name) {
        return tracer.spanBuilder(name).setNoParent().startSpan();
    }

    /** Ends a span with an answer; to whom it is an error depends on who asked. */
    public static void answered(Span span, int status, boolean isError) {
        span.setAttribute(STATUS, (long) status);
        if (isError) {
            failed(span, Integer.toString(status));
        } else {
            span.end();
        }
    }

    /** Ends a span with what became of it. */
    public static void ended(Span span, String outcome) {
        span.setAttribute(OUTCOME, outcome).end();
    }

    /** As {@link #failed(Span, String)}, by the class of what was thrown. */
    public static void failed(Span span, Throwable failure) {
        failed(span, (failure instanceof CompletionException ? failure.getCause() : failure).getClass().getName());
    }

    /** Ends a span without what it was for. Never with a message, which may quote anything. */
    public static void failed(Span span, String type) {
        span.setAttribute(ERROR, type).setStatus(StatusCode.ERROR).end();
    }
}
