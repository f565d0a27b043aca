package dev.keyturn.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.http.Outcome;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The time of requests, under the platform's name and labels. The platform's own meter
 * (quarkus.micrometer.binder.http-server) is off, for it costs a request more than its token does, and takes a path that
 * anybody makes up for a label where no endpoint is asked. Requests have a histogram, and nothing else has: buckets can
 * be added up over replicas, quantiles cannot. Few buckets, close to what a token takes.
 */
@Singleton
class RequestTimes {

    private static final Duration[] BUCKETS = IntStream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)
            .mapToObj(Duration::ofMillis).toArray(Duration[]::new);

    /** Before everything else, so that it is in the time. */
    private static final int PRIORITY = 1000;

    static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    static final Set<String> PATHS = Set.of("/token", "/introspect", "/webhook", "/agent/credentials");

    private record Kind(String method, String uri, int status) {}

    /** In place of the status, where the client was gone before it had the answer. */
    private static final int GONE = 0;

    private final MeterRegistry registry;
    private final Map<Kind, Timer> timers = new ConcurrentHashMap<>();

    RequestTimes(MeterRegistry registry) {
        this.registry = registry;
    }

    void measure(@Observes Filters filters) {
        filters.register(this::measure, PRIORITY);
    }

    private void measure(RoutingContext request) {
        var began = System.nanoTime();
        request.addEndHandler(end -> timers
                .computeIfAbsent(kind(request, end.succeeded() ? request.response().getStatusCode() : GONE), this::timer)
                .record(System.nanoTime() - began, TimeUnit.NANOSECONDS));
        request.next();
    }

    private static Kind kind(RoutingContext request, int status) {
        var method = request.request().method().name();
        var path = request.request().path();
        return new Kind(METHODS.contains(method) ? method : "OTHER",
                PATHS.contains(path) ? path : status == 404 ? "NOT_FOUND" : "OTHER", status);
    }

    private Timer timer(Kind kind) {
        return Timer.builder("http.server.requests").description("HTTP server request processing time")
                .serviceLevelObjectives(BUCKETS)
                .tag("method", kind.method).tag("uri", kind.uri)
                .tag("status", kind.status == GONE ? "RESET" : Integer.toString(kind.status))
                .tag("outcome", (kind.status == GONE ? Outcome.CLIENT_ERROR : Outcome.forStatus(kind.status)).name())
                .register(registry);
    }
}
