package dev.keyturn.tokens;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** RFC 9110 §15.5.6: a 405 says what is allowed, which the framework leaves out. */
class AllowedMethod {

    @ServerResponseFilter
    void say(ContainerRequestContext request, ContainerResponseContext response) {
        if (response.getStatus() == 405 && request.getUriInfo().getPath().equals("/token")) {
            response.getHeaders().putSingle(HttpHeaders.ALLOW, "POST, OPTIONS");
        }
    }
}
