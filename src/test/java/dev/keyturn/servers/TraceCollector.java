package dev.keyturn.servers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A collector of traces on 127.0.0.1: OTLP over HTTP, in protobuf. */
public final class TraceCollector implements AutoCloseable {

    /**
     * A span that came.
     *
     * @param parent the id of the span that it is a part of, or nothing
     * @param said   all that it says of itself: its attributes, sorted, as text
     */
    public record Arrived(String name, String kind, String trace, String id, String parent, String state,
            Map<String, String> said, boolean isError) {

        private static Arrived of(Span span) {
            return new Arrived(span.getName(), span.getKind().name().replace("SPAN_KIND_", ""),
                    hex(span.getTraceId()), hex(span.getSpanId()), hex(span.getParentSpanId()), span.getTraceState(),
                    texts(span.getAttributesList()), span.getStatus().getCode() == StatusCode.STATUS_CODE_ERROR);
        }

        /** Of one that stands in a {@code traceparent}. */
        public String traceparent() {
            return "00-" + trace + "-" + id + "-01";
        }
    }

    private final HttpServer server;
    private final List<byte[]> bodies = new CopyOnWriteArrayList<>();

    private TraceCollector() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    public static TraceCollector start() {
        return new TraceCollector();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            bodies.add(exchange.getRequestBody().readAllBytes());
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public List<Arrived> spans() {
        return requests().flatMap(request -> request.getResourceSpansList().stream())
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream()).map(Arrived::of).toList();
    }

    /** What the last program that sent anything says of itself. */
    public Map<String, String> resource() {
        return requests().flatMap(request -> request.getResourceSpansList().stream())
                .map(resource -> texts(resource.getResource().getAttributesList()))
                .reduce(Map.of(), (before, last) -> last);
    }

    private Stream<ExportTraceServiceRequest> requests() {
        return bodies.stream().map(body -> {
            try {
                return ExportTraceServiceRequest.parseFrom(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Every byte that came, as text in which ASCII can be found. */
    public String bytes() {
        var all = new StringBuilder();
        bodies.forEach(body -> all.append(new String(body, ISO_8859_1)).append('\n'));
        return all.toString();
    }

    private static Map<String, String> texts(List<KeyValue> attributes) {
        var texts = new TreeMap<String, String>();
        for (var each : attributes) {
            var value = each.getValue();
            texts.put(each.getKey(),
                    value.hasStringValue() ? value.getStringValue() : Long.toString(value.getIntValue()));
        }
        return texts;
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
