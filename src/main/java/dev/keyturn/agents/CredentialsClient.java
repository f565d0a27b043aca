package dev.keyturn.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.agents.BearerSource.NoBearerException;
import dev.keyturn.callers.BoundedBody;
import dev.keyturn.callers.PemAuthorities;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a Keyturn server for an agent's credentials. */
final class CredentialsClient {

    /** Below the minute after which balancers cut what is silent. */
    private static final Duration WAIT = Duration.ofSeconds(50);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ANSWER_TIMEOUT = WAIT.plusSeconds(15);
    private static final int LONGEST_ANSWER = 64 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI endpoint;
    private final BearerSource bearers;
    private final HttpClient http;

    /**
     * @param from        the server's URL, with or without a path before the endpoint's own
     * @param authorities PEM certificates to check it against; else the platform's
     */
    CredentialsClient(URI from, BearerSource bearers, Optional<Path> authorities) {
        this.endpoint = URI.create(from.toString().replaceFirst("/+$", "") + "/agent/credentials");
        this.bearers = bearers;
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER) // a bearer token goes nowhere else
                .connectTimeout(CONNECT_TIMEOUT);
        authorities.ifPresent(file -> builder.sslContext(PemAuthorities.trusted(file, "keyturn.exec.ca-file")));
        this.http = builder.build();
    }

    /** What the server said; sentences are for people. */
    sealed interface Answer {

        /** @param expiresAt the key is accepted until then at least, and for the agents' drain time on top */
        record Given(WorkerCredentials credentials, Instant expiresAt) implements Answer {}

        /** @param applied whether the server held its answer back, as it was asked to; else too many wait already */
        record Unchanged(Optional<Instant> expiresAt, boolean applied) implements Answer {}

        /** Asking again changes nothing, unless somebody mends it. */
        record Refused(String sentence) implements Answer {}

        /** It may well be there the next time. */
        record Unavailable(String sentence) implements Answer {}
    }

    /**
     * Asks once.
     *
     * @param mayWait whether the server may take {@link #WAIT} to answer that nothing has turned
     */
    Answer ask(Optional<WorkerCredentials> inUse, boolean mayWait) throws InterruptedException {
        HttpRequest request;
        try {
            request = request(inUse, mayWait);
        } catch (NoBearerException e) {
            return new Answer.Unavailable(e.getMessage());
        }
        var answer = http.sendAsync(request, status -> new BoundedBody(LONGEST_ANSWER));
        try {
            return read(answer.get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return new Answer.Unavailable(endpoint + " gave no whole answer within " + ANSWER_TIMEOUT.toSeconds()
                    + " s");
        } catch (ExecutionException e) {
            return new Answer.Unavailable(endpoint + " does not answer (" + PemAuthorities.why(e.getCause()) + ")");
        } finally {
            answer.cancel(true); // closes the connection of one that still waits
        }
    }

    private HttpRequest request(Optional<WorkerCredentials> inUse, boolean mayWait)
            throws NoBearerException, InterruptedException {
        var request = HttpRequest.newBuilder(endpoint)
                .header("Accept", "application/json")
                .header("Keyturn-Request", "credentials");
        bearers.bearer().ifPresent(bearer -> request.header("Authorization", "Bearer " + bearer));
        inUse.map(WorkerCredentials::etag).filter(etag -> !etag.isEmpty())
                .ifPresent(etag -> request.header("If-None-Match", etag));
        if (mayWait) {
            request.header("Prefer", "wait=" + WAIT.toSeconds());
        }
        return request.build();
    }

    private Answer read(HttpResponse<byte[]> answer) {
        return switch (answer.statusCode()) {
            case 200 -> given(answer);
            case 304 -> new Answer.Unchanged(answer.headers().firstValue("Keyturn-Expires-At").map(Instant::parse),
                    answer.headers().firstValue("Preference-Applied").isPresent());
            case 408, 429 -> new Answer.Unavailable(sentence(answer));
            default -> answer.statusCode() >= 500
                    ? new Answer.Unavailable(sentence(answer)) : new Answer.Refused(sentence(answer));
        };
    }

    private Answer given(HttpResponse<byte[]> answer) {
        try {
            var json = JSON.readTree(answer.body());
            var key = new ApiKey(json.path("api_key").textValue());
            var credentials = new WorkerCredentials(text(json, "url"), key,
                    ApiSecret.received(text(json, "api_secret"), key), json.path("version").longValue(),
                    Optional.ofNullable(json.path("agent_name").textValue()),
                    answer.headers().firstValue("ETag").orElse(""));
            return new Answer.Given(credentials, Instant.parse(text(json, "expires_at")));
        } catch (IOException | IllegalArgumentException | DateTimeParseException e) { // they may quote the answer
            return new Answer.Refused(endpoint + " does not answer as Keyturn does: is the URL right?");
        }
    }

    private static String text(JsonNode json, String field) {
        return Optional.ofNullable(json.path(field).textValue())
                .orElseThrow(() -> new IllegalArgumentException(field));
    }

    /** The status, and why, if it is a problem in RFC 9457's words. */
    private String sentence(HttpResponse<byte[]> answer) {
        var detail = "";
        try {
            detail = JSON.readTree(answer.body()).path("detail").asText("");
        } catch (IOException noJson) {
            // the status has to do
        }
        return endpoint + " answers " + answer.statusCode()
                + (detail.isEmpty() ? "" : ": " + detail.replaceAll("\\p{Cntrl}", " "));
    }
}
