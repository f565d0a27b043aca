package dev.keyturn.agents;

import dev.keyturn.agents.Supervisor.Status;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** The port of {@code keyturn exec} itself, for probes and Prometheus: the paths are those of the server's. */
final class ExecPort implements AutoCloseable {

    private final Optional<HttpServer> server;

    private ExecPort(Optional<HttpServer> server) {
        this.server = server;
    }

    /**
     * @param port none is open if there is none
     * @throws ConfigurationException if it cannot be had
     */
    static ExecPort open(Vertx vertx, String host, Optional<Integer> port, PrometheusMeterRegistry registry,
            Supplier<Status> status) {
        return new ExecPort(port.map(number -> {
            try {
                return vertx.createHttpServer()
                        .requestHandler(request -> answer(request, registry, status.get()))
                        .listen(number, host).toCompletionStage().toCompletableFuture().join();
            } catch (CompletionException e) {
                throw new ConfigurationException("keyturn.exec.port: cannot listen on " + host + ":" + number
                        + ": is the port in use, or the address another machine's?");
            }
        }));
    }

    private static void answer(HttpServerRequest request, PrometheusMeterRegistry registry, Status status) {
        var response = request.response();
        switch (request.path()) {
            case "/metrics" -> response.putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                    .end(registry.scrape());
            case "/q/health", "/q/health/live", "/q/health/started" -> health(request, true);
            case "/q/health/ready" -> health(request, status.up() > 0);
            default -> response.setStatusCode(404).end();
        }
    }

    private static void health(HttpServerRequest request, boolean isUp) {
        request.response().setStatusCode(isUp ? 200 : 503).putHeader("Content-Type", "application/json")
                .end("{\"status\":\"" + (isUp ? "UP" : "DOWN") + "\"}");
    }

    @Override
    public void close() {
        server.ifPresent(HttpServer::close);
    }
}
