package dev.keyturn.http;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Refuses bodies over {@code keyturn.http.max-body-size}, and webhooks over {@code keyturn.http.max-webhook-size}: by
 * their length if they say it, else while they are read.
 */
@Singleton
@Provider
class BodyLimit implements ReaderInterceptor {

    private static final String LIMIT = BodyLimit.class.getName();

    private final Instance<HttpConfig> config; // made while the program is built, when there is no configuration yet

    private volatile HttpConfig limits;

    BodyLimit(Instance<HttpConfig> config) {
        this.config = config;
    }

    @ServerRequestFilter(preMatching = true)
    void announced(ContainerRequestContext request) {
        if (limits == null) {
            limits = config.get();
        }
        var limit = limits.maxBodySize().asLongValue();
        var length = request.getLength();
        var isShort = length >= 0 && length <= limit; // then nobody need look at the path
        if (!isShort && request.getUriInfo().getPath().equals("/webhook")) {
            limit = limits.maxWebhookSize().asLongValue();
        }
        request.setProperty(LIMIT, limit);
        if (length > limit) {
            throw tooLarge(limit);
        }
    }

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        context.setInputStream(new Bounded(context.getInputStream(), (Long) context.getProperty(LIMIT)));
        return context.proceed();
    }

    private static WebApplicationException tooLarge(long limit) {
        return new WebApplicationException(Response.status(Response.Status.REQUEST_ENTITY_TOO_LARGE)
                .header("Connection", "close") // the rest of the body is not read
                .entity(Map.of("detail", "The body is longer than " + limit + " bytes."))
                .build());
    }

    private static final class Bounded extends FilterInputStream {

        private final long limit;
        private long count;

        Bounded(InputStream in, long limit) {
            super(in);
            this.limit = limit;
        }

        @Override
        public int read() throws IOException {
            var value = super.read();
            counted(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return counted(super.read(bytes, offset, length));
        }

        private int counted(int read) {
            count += Math.max(read, 0);
            if (count > limit) {
                throw tooLarge(limit);
            }
            return read;
        }
    }
}
