package dev.keyturn.development;

import dev.keyturn.tokens.TokenResource;
import io.quarkus.arc.profile.IfBuildProfile;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.ResponseStatus;

/**
 * LiveKit's development token server, as {@code TokenSource.developmentTokenServer(id, {baseUrl})} of its SDKs calls it
 * (earlier {@code sandboxTokenServer}): the same as {@code /token}. Whatever the id in {@code X-Sandbox-ID} is.
 */
@Path("/api/v2/sandbox/connection-details")
@Singleton
@IfBuildProfile("dev")
public class SandboxResource {

    private final TokenResource tokens;

    SandboxResource(TokenResource tokens) {
        this.tokens = tokens;
    }

    @POST
    @NonBlocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @ResponseStatus(201)
    public byte[] token(@Context HttpServerRequest request, byte[] body) {
        return tokens.token(request, body);
    }
}
