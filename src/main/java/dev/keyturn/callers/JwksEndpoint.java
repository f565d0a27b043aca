package dev.keyturn.callers;

import dev.keyturn.callers.KeysNotFetchedException.Kind;
import dev.keyturn.tracing.Tracing;
import io.opentelemetry.api.trace.SpanContext;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An issuer's JWK Set on the web: one GET, no redirects, limited in time and size whatever the other side does. */
final class JwksEndpoint implements KeySource {

    private final URI url;
    private final Optional<Path> bearerFile;
    private final Duration timeout;
    private final HttpClient client;

    /** @throws ConfigurationException if the {@code ca-file} cannot be read */
    JwksEndpoint(String issuerName, URI url, CallersConfig.IssuerConfig config) {
        this.url = url;
        this.bearerFile = config.bearerFile();
        this.timeout = config.timeout();
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout);
        config.caFile().ifPresent(file -> builder.sslContext(
                PemAuthorities.trusted(file, "keyturn.callers.issuers." + issuerName + ".ca-file")));
        this.client = builder.build();
    }

    @Override
    public List<VerificationKey> fetch() throws KeysNotFetchedException {
        var span = Tracing.call("GET", url, SpanContext.getInvalid(), 0); // a stranger need not know of our traces
        try {
            var keys = fetched();
            Tracing.answered(span, 200, false);
            return keys;
        } catch (KeysNotFetchedException e) {
            Tracing.failed(span, e.kind().name().toLowerCase(Locale.ROOT));
            throw e;
        }
    }

    private List<VerificationKey> fetched() throws KeysNotFetchedException {
        var answer = client.sendAsync(request(), status -> new BoundedBody(LARGEST));
        try {
            return read(answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw new KeysNotFetchedException(Kind.UNREACHABLE, "no whole answer within " + timeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BoundedBody.TooLargeException) {
                throw new KeysNotFetchedException(Kind.BROKEN, "the answer is larger than 1 MiB");
            }
            throw new KeysNotFetchedException(Kind.UNREACHABLE, "no answer: " + PemAuthorities.why(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeysNotFetchedException(Kind.UNREACHABLE, "the program is ending");
        } finally {
            answer.cancel(true); // closes the connection of an answer that is still trickling in
        }
    }

    private HttpRequest request() throws KeysNotFetchedException {
        var request = HttpRequest.newBuilder(url).header("Accept", "application/jwk-set+json, application/json");
        if (bearerFile.isPresent()) {
            try {
                request.header("Authorization", "Bearer " + Files.readString(bearerFile.get()).strip());
            } catch (IOException | IllegalArgumentException e) { // the latter quotes the header
                throw new KeysNotFetchedException(Kind.UNREACHABLE,
                        "its bearer-file cannot be read, or holds no token");
            }
        }
        return request.build();
    }

    private static List<VerificationKey> read(HttpResponse<byte[]> answer) throws KeysNotFetchedException {
        if (answer.statusCode() != 200) {
            throw new KeysNotFetchedException(Kind.REFUSED, "the answer is " + answer.statusCode() + ", not 200");
        }
        return JwkSet.read(new String(answer.body(), StandardCharsets.UTF_8));
    }
}
