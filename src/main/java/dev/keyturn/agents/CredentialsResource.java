package dev.keyturn.agents;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.Uncompressed;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Gives the API key pair that is ACTIVE to those whom the policy names, to run an agent's worker. */
@Path("/agent/credentials")
@Singleton
public class CredentialsResource {

    private final Credentials credentials;
    private final Duration longestWait;

    CredentialsResource(Credentials credentials, AgentSettings settings) {
        this.credentials = credentials;
        this.longestWait = settings.longestWait();
    }

    /** So that a wrong setting stops the start of a server, and of nothing else. */
    static void start(@Observes StartupEvent event, Instance<Credentials> credentials,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (serving) {
            credentials.get();
        }
    }

    /**
     * Needs {@code Keyturn-Request: credentials}, which no page, redirect or forged link can make anybody send. Not
     * compressed, whatever the settings of the platform: the length of a compressed secret tells of it.
     */
    @GET
    @NonBlocking
    @Uncompressed
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<Response> credentials(@Context HttpServerRequest request) {
        var headers = request.headers();
        return credentials.answer(new Poll(
                headers.getAll(HttpHeaders.AUTHORIZATION),
                headers.getAll("Keyturn-Request").equals(List.of("credentials")),
                EntityTags.of(headers.getAll(HttpHeaders.IF_NONE_MATCH)),
                Preferences.wait(headers.getAll("Prefer"), longestWait),
                request.remoteAddress().hostAddress()));
    }
}
