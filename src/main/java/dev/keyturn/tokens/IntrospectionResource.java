package dev.keyturn.tokens;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Tells backends whether a LiveKit token is valid under any key of the ring, and what it gives (RFC 7662). */
@Path("/introspect")
@Singleton
public class IntrospectionResource {

    private final Introspection introspection;

    IntrospectionResource(Introspection introspection) {
        this.introspection = introspection;
    }

    /** So that a wrong setting stops the start of a server, and of nothing else. */
    static void start(@Observes StartupEvent event, Instance<Introspection> introspection,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (serving) {
            introspection.get();
        }
    }

    /** Reads a form's field {@code token}; {@code token_type_hint} and any other field is passed over. */
    @POST
    @NonBlocking
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    @Produces(MediaType.APPLICATION_JSON)
    public String introspect(@Context HttpServerRequest request, byte[] body) {
        return introspection.answer(request.headers().getAll(HttpHeaders.AUTHORIZATION), body).toString();
    }
}
