package dev.keyturn.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.lang.annotation.Annotation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Makes every error answer an RFC 9457 problem, whoever gave it: the framework, or an endpoint that threw an exception
 * whose response has a map for its entity ({@code detail} and extension members such as {@code field}). So an endpoint
 * needs nothing of ours to answer as everything else does.
 */
class ProblemAnswers {

    private static final Logger LOG = Logger.getLogger(ProblemAnswers.class);
    private static final MediaType PROBLEM_JSON = new MediaType("application", "problem+json");
    private static final Annotation[] NONE = {};

    private final ObjectMapper json = new ObjectMapper();

    @ServerResponseFilter
    void complete(ContainerResponseContext response) throws JsonProcessingException {
        response.getHeaders().putSingle(HttpHeaders.CACHE_CONTROL, "no-store");
        if (response.getStatus() < 400) {
            return;
        }
        var kind = Problem.of(response.getStatus());
        var problem = new LinkedHashMap<String, Object>();
        problem.put("type", kind.type);
        problem.put("title", kind.title);
        problem.put("status", response.getStatus());
        problem.put("detail", kind.detail);
        if (response.getEntity() instanceof Map<?, ?> members) {
            members.forEach((name, value) -> problem.put((String) name, value));
        }
        response.setEntity(json.writeValueAsString(problem), NONE, PROBLEM_JSON);
    }

    /** What the framework says no to (404, 405 with its Allow, 406, 415) stays as it is. */
    @ServerExceptionMapper
    Response refused(WebApplicationException refusal) {
        return refusal.getResponse();
    }

    /** What nobody foresaw: logged here under a number that the caller is told, and nothing else. */
    @ServerExceptionMapper
    RestResponse<Map<String, Object>> unforeseen(RuntimeException failure) {
        var id = UUID.randomUUID().toString();
        LOG.errorf(failure, "Request failed (%s)", id);
        return RestResponse.status(RestResponse.Status.INTERNAL_SERVER_ERROR,
                Map.of("detail", Problem.INTERNAL.detail + " It is logged under " + id + "."));
    }
}
