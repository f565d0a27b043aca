package dev.keyturn.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The description of the endpoints, {@code META-INF/openapi.yaml} as it is, on the port that frontends see, for their
 * developers. The platform's own extension reads it, makes it anew and writes it in two formats whenever a server starts,
 * which was a fifth of a native start.
 */
@Singleton
class OpenApiDocument {

    private static final String FILE = "META-INF/openapi.yaml";
    private static final String PATH = "/q/openapi";

    /** RFC 9512. */
    private static final String MEDIA_TYPE = "application/yaml";

    private volatile Buffer document;

    void describe(@Observes Router router) {
        router.route(PATH).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(this::answer);
    }

    private void answer(RoutingContext request) {
        if (document == null) {
            document = Buffer.buffer(read());
        }
        request.response().putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE).end(document);
    }

    private static byte[] read() {
        try (var file = OpenApiDocument.class.getClassLoader().getResourceAsStream(FILE)) {
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
