package dev.keyturn.tokens;

import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Map;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** RFC 9110 §15.5.6 and §15.5.16: a 405 and a 415 say what the path takes, which the framework leaves out. */
class WhatAPathTakes {

    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "/token", "application/json",
            "/introspect", "application/x-www-form-urlencoded",
            "/webhook", "application/webhook+json");

    /** Before the answer is made a problem. */
    @ServerResponseFilter(priority = Priorities.USER + 1)
    void say(ContainerRequestContext request, ContainerResponseContext response) {
        var status = response.getStatus();
        if (status != 405 && status != 415) {
            return;
        }
        var contentType = CONTENT_TYPES.get(request.getUriInfo().getPath());
        if (contentType != null && status == 405) {
            response.getHeaders().putSingle(HttpHeaders.ALLOW, "POST, OPTIONS");
        } else if (contentType != null) {
            response.setEntity(Map.of("detail", "The body must be sent as " + contentType + "."));
        }
    }
}
