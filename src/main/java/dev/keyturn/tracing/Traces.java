package dev.keyturn.tracing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Turns {@link Tracing} on where it is asked for, and sends what it gives: from a queue, by a thread of its own. Spans
 * that find the queue full are lost, and no request ever waits for a collector.
 */
@Singleton
class Traces {

    private static final String ENDPOINT = "keyturn.tracing.endpoint";

    /** How long the end of the program waits for the collector. */
    private static final long ENDS_WITHIN_SECONDS = 1;

    private SdkTracerProvider provider;

    /** Before anything that is traced begins. */
    void start(@Observes @Priority(50) StartupEvent event, TracingConfig config,
            @ConfigProperty(name = "quarkus.application.version") String version,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (config.ratio() < 0 || config.ratio() > 1) {
            throw new ConfigurationException("keyturn.tracing.ratio is " + config.ratio() + ": it must be from 0 to 1");
        }
        if (!serving || config.endpoint().isEmpty()) {
            return;
        }
        provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(Attributes.builder()
                        .put("service.name", "keyturn")
                        .put("service.version", version)
                        .put("service.instance.id", UUID.randomUUID().toString())
                        .build())))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(config.ratio())))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter(config)).build())
                .build();
        Tracing.turnOn(provider);
    }

    private static SpanExporter exporter(TracingConfig config) {
        var collector = collector(config.endpoint().orElseThrow());
        var exporter = OtlpHttpSpanExporter.builder().setEndpoint(collector);
        try {
            if (config.caFile().isPresent()) {
                exporter.setTrustedCertificates(Files.readAllBytes(config.caFile().get()));
            }
            return new OutageOnce(exporter.build(), collector);
        } catch (IOException | IllegalStateException e) {
            throw new ConfigurationException("keyturn.tracing.ca-file: "
                    + config.caFile().map(Path::toString).orElse("") + " cannot be read as PEM certificates", e);
        }
    }

    private static String collector(URI endpoint) {
        if (endpoint.getHost() == null || endpoint.getUserInfo() != null || endpoint.getQuery() != null
                || !Set.of("http", "https").contains(endpoint.getScheme())) {
            throw new ConfigurationException(ENDPOINT + " must be like http://collector:4318,"
                    + " where a collector takes OTLP over HTTP");
        }
        return endpoint.toString().replaceFirst("/*$", "") + "/v1/traces";
    }

    void stop(@Observes ShutdownEvent event) {
        if (provider != null) {
            Tracing.turnOff();
            provider.shutdown().join(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS);
        }
    }
}
