package dev.keyturn.http;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import jakarta.ws.rs.core.UriInfo;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * Makes every error answer an RFC 9457 problem, whoever gave it: the framework, or an endpoint that threw an exception,
 * which may supply a map of {@code detail} and extension members such as {@code field}. So an endpoint needs nothing of
 * ours to answer as everything else does, and an answer that is no error passes no filter.
 */
class ProblemAnswers {

    private static final Logger LOG = Logger.getLogger(ProblemAnswers.class);

    /** What an endpoint or the framework says no to keeps its status and headers. */
    @ServerExceptionMapper
    Response refused(WebApplicationException refusal, UriInfo uri) {
        var answer = refusal.getResponse();
        var status = answer.getStatus();
        if (status < 400) {
            return answer;
        }
        var builder = Response.fromResponse(answer);
        WhatAPathTakes.headers(uri.getPath(), status).forEach(builder::header);
        return problem(builder, status, refusal instanceof Supplier<?> own && own.get() instanceof Map<?, ?> members
                ? members : WhatAPathTakes.members(uri.getPath(), status));
    }

    /** What nobody foresaw: logged here under a number that the caller is told, and nothing else. */
    @ServerExceptionMapper
    Response unforeseen(RuntimeException failure) {
        var id = UUID.randomUUID().toString();
        LOG.errorf(failure, "Request failed (%s)", id);
        return problem(Response.serverError(), 500,
                Map.of("detail", Problem.INTERNAL.detail + " It is logged under " + id + "."));
    }

    private static Response problem(ResponseBuilder answer, int status, Map<?, ?> members) {
        return answer.entity(Problem.of(status).json(status, members)).type(Problem.MEDIA_TYPE).build();
    }
}
