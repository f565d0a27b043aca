package dev.keyturn.http;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyReader;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/**
 * Reads bodies as bytes, and refuses those over {@code keyturn.http.max-body-size}, and webhooks over
 * {@code keyturn.http.max-webhook-size}, before it has read much more; and all in an {@link Overload}, for a request's
 * work begins here. In the platform's reader's place: a filter or an
 * interceptor would cost every request more than reading its body does.
 */
@Singleton
@Provider
public class BodyLimit implements ServerMessageBodyReader<byte[]> {

    private final Instance<HttpConfig> config; // made while the program is built, when there is no configuration yet
    private final Instance<Overload> watch;

    private HttpConfig limits;
    private volatile Overload overload;

    BodyLimit(Instance<HttpConfig> config, Instance<Overload> watch) {
        this.config = config;
        this.watch = watch;
    }

    @Override
    public boolean isReadable(Class<?> type, Type genericType, ResteasyReactiveResourceInfo method, MediaType mediaType) {
        return type == byte[].class;
    }

    @Override
    public byte[] readFrom(Class<byte[]> type, Type genericType, MediaType mediaType, ServerRequestContext request)
            throws IOException {
        if (overload == null) {
            limits = config.get();
            overload = watch.get(); // last: other threads see both or none
        }
        overload.admit();
        var body = request.getInputStream();
        var limit = limits.maxBodySize().asLongValue();
        if (body instanceof ByteArrayInputStream whole && whole.available() <= limit) {
            return whole.readAllBytes(); // in one array of its size
        }
        if (((ResteasyReactiveRequestContext) request).getPath().equals("/webhook")) {
            limit = limits.maxWebhookSize().asLongValue();
        }
        var begin = body.readNBytes(Math.toIntExact(Math.min(limit + 1, Integer.MAX_VALUE - 8)));
        if (begin.length > limit) {
            throw new TooLargeException(limit);
        }
        return begin;
    }

    /** @throws UnsupportedOperationException always: the platform asks the other method */
    @Override
    public byte[] readFrom(Class<byte[]> type, Type genericType, Annotation[] annotations, MediaType mediaType,
            MultivaluedMap<String, String> headers, InputStream body) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type == byte[].class;
    }

    private static final class TooLargeException extends ClientErrorException implements Supplier<Map<String, Object>> {

        TooLargeException(long limit) {
            super("The body is longer than " + limit + " bytes.", Response.status(413)
                    .header("Connection", "close") // the rest of the body is not read
                    .build());
        }

        @Override
        public Map<String, Object> get() {
            return Map.of("detail", getMessage());
        }
    }
}
