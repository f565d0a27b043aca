package dev.keyturn.http;

import jakarta.ws.rs.core.HttpHeaders;
import java.util.Map;

/** RFC 9110 §15.5.6 and §15.5.16: a 405 and a 415 say what the path takes, which the framework leaves out. */
final class WhatAPathTakes {

    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "/token", "application/json",
            "/introspect", "application/x-www-form-urlencoded",
            "/webhook", "application/webhook+json");

    private WhatAPathTakes() {}

    /** The headers of an answer with this status. */
    static Map<String, String> headers(String path, int status) {
        return status == 405 && CONTENT_TYPES.containsKey(path) ? Map.of(HttpHeaders.ALLOW, "POST, OPTIONS") : Map.of();
    }

    /** The members of its problem. */
    static Map<String, Object> members(String path, int status) {
        return status == 415 && CONTENT_TYPES.containsKey(path)
                ? Map.of("detail", "The body must be sent as " + CONTENT_TYPES.get(path) + ".") : Map.of();
    }
}
