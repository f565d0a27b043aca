package dev.keyturn.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The kinds of trouble a request can come to, one for each status that we answer with (RFC 9457). A {@code type} points
 * to the section of docs/problems.md that says what to do.
 */
enum Problem {
    INVALID_REQUEST(400, "invalid-request", "The request is not valid", "The request could not be understood."),
    NOT_AUTHENTICATED(401, "not-authenticated", "Who is asking?", "A valid bearer token is needed."),
    NOT_ALLOWED(403, "not-allowed", "Not allowed", "The request is not allowed."),
    NOT_FOUND(404, "not-found", "Not found", "There is nothing at this path."),
    METHOD_NOT_ALLOWED(405, "method-not-allowed", "Method not allowed", "This path takes other methods: see Allow."),
    NOT_ACCEPTABLE(406, "not-acceptable", "Not acceptable", "The answer is application/json."),
    TOO_LARGE(413, "too-large", "The body is too large", "The body is longer than this server takes."),
    UNSUPPORTED_MEDIA_TYPE(415, "unsupported-media-type", "Unsupported media type",
            "The body must be sent as application/json."),
    TOO_MANY_REQUESTS(429, "too-many-requests", "Too many requests", "Try again later: see Retry-After."),
    INTERNAL(500, "internal", "Something went wrong here", "The server failed; its log says why."),
    UNAVAILABLE(503, "unavailable", "Not available now", "Try again later: see Retry-After.");

    static final String MEDIA_TYPE = "application/problem+json";

    private static final String TYPES = "https://keyturn.dev/problems#";
    private static final ObjectMapper JSON = new ObjectMapper();

    final int status;
    final String type;
    final String title;
    final String detail;

    Problem(int status, String name, String title, String detail) {
        this.status = status;
        this.type = TYPES + name;
        this.title = title;
        this.detail = detail;
    }

    /** The whole problem, in a sentence of its own. */
    String json(String detail) {
        return json(status, Map.of("detail", detail));
    }

    /**
     * The whole problem, of a status that this kind stands for.
     *
     * @param members may say {@code detail} better than the kind does, and more
     */
    String json(int status, Map<?, ?> members) {
        var problem = new LinkedHashMap<Object, Object>();
        problem.put("type", type);
        problem.put("title", title);
        problem.put("status", status);
        problem.put("detail", detail);
        problem.putAll(members);
        try {
            return JSON.writeValueAsString(problem);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // nothing is written but memory
        }
    }

    /** The problem of this status; of any other, the one that stands for its class. */
    static Problem of(int status) {
        return Arrays.stream(values()).filter(problem -> problem.status == status).findFirst()
                .orElse(status < 500 ? INVALID_REQUEST : INTERNAL);
    }
}
