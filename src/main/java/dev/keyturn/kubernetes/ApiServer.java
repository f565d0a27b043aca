package dev.keyturn.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.DeliveryException.Kind;
import dev.keyturn.rotation.TlsProblem;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Kubernetes' API, as far as a delivery needs it. Each call waits, up to the time limit; no redirect is followed, for
 * it would carry the token along.
 */
final class ApiServer {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST = 4 << 20; // a Secret holds 1 MiB, which base64 and the API's own notes make more

    private final URI url;
    private final Path tokenFile;
    private final Duration timeout;
    private final HttpClient client;

    /** @throws ConfigurationException if the {@code caFile} is needed and cannot be read */
    ApiServer(URI url, Path tokenFile, Path caFile, Duration timeout) {
        this.url = url;
        this.tokenFile = tokenFile;
        this.timeout = timeout;
        // over HTTP/2 the API server ends a connection when it refuses a token, with every call on it
        var builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER);
        if (url.getScheme().equals("https")) {
            builder.sslContext(trusting(caFile));
        }
        this.client = builder.build();
    }

    ApiAnswer get(ApiObject object) throws DeliveryException {
        return call("get", object, request(object, object.path()).GET());
    }

    /** @param change a JSON merge patch (RFC 7396): what it does not speak of stays */
    ApiAnswer patch(ApiObject object, JsonNode change) throws DeliveryException {
        return call("patch", object, request(object, object.path() + "?fieldManager=keyturn")
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", BodyPublishers.ofString(change.toString())));
    }

    ApiAnswer create(ApiObject object, JsonNode whole) throws DeliveryException {
        return call("create", object, request(object, object.collectionPath() + "?fieldManager=keyturn")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(whole.toString())));
    }

    private HttpRequest.Builder request(ApiObject object, String path) throws DeliveryException {
        try {
            return HttpRequest.newBuilder(URI.create(url.toString().replaceFirst("/+$", "") + path))
                    .header("Accept", "application/json")
                    .header("Authorization", "Bearer " + Files.readString(tokenFile).strip());
        } catch (IOException | IllegalArgumentException e) { // the latter quotes the header
            throw new DeliveryException(Kind.DENIED, object + ": " + tokenFile + " cannot be read, or holds no token:"
                    + " check keyturn.rotation.kubernetes.token-file, and the file's mode");
        }
    }

    private ApiAnswer call(String verb, ApiObject object, HttpRequest.Builder request) throws DeliveryException {
        var body = new ByteArrayOutputStream();
        var answer = client.sendAsync(request.build(), BodyHandlers.ofByteArrayConsumer(part -> part
                .filter(bytes -> body.size() <= LARGEST).ifPresent(body::writeBytes)));
        try {
            var status = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS).statusCode();
            return new ApiAnswer(verb, object, status, json(body));
        } catch (TimeoutException e) {
            throw unreachable(object, "no whole answer within " + timeout.toMillis()
                    + " ms (keyturn.rotation.kubernetes.timeout)");
        } catch (ExecutionException e) {
            throw unreachable(object, why(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(object, "the program is ending");
        } finally {
            answer.cancel(true); // closes the connection of an answer that is still trickling in
        }
    }

    private static JsonNode json(ByteArrayOutputStream body) {
        try {
            var json = body.size() > LARGEST ? null : JSON.readTree(body.toByteArray());
            return json == null ? MissingNode.getInstance() : json;
        } catch (IOException notJson) {
            return MissingNode.getInstance();
        }
    }

    private static String why(Throwable failure) {
        var tls = TlsProblem.of(failure);
        if (tls.isPresent()) {
            return "TLS failed, " + tls.get().phrase() + ": check the scheme and host of"
                    + " keyturn.rotation.kubernetes.api-url, and that"
                    + " keyturn.rotation.kubernetes.ca-file holds the authority of the API server's certificate";
        }
        if (Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(UnresolvedAddressException.class::isInstance)) {
            return "nobody knows that host: check keyturn.rotation.kubernetes.api-url and the name service";
        }
        return failure instanceof ConnectException
                ? "nobody listens there: check keyturn.rotation.kubernetes.api-url, and network policies"
                : "the connection was closed before the API server had answered in full";
    }

    private DeliveryException unreachable(ApiObject object, String why) {
        return new DeliveryException(Kind.UNREACHABLE, object + ": Kubernetes at " + url.getScheme() + "://"
                + url.getRawAuthority() + ": " + why);
    }

    private static SSLContext trusting(Path caFile) {
        try (var in = Files.newInputStream(caFile)) {
            var authorities = KeyStore.getInstance(KeyStore.getDefaultType());
            authorities.load(null, null);
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                authorities.setCertificateEntry("ca-" + authorities.size(), certificate);
            }
            if (authorities.size() == 0) {
                throw new GeneralSecurityException("empty");
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities);
            var tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            return tls;
        } catch (IOException | GeneralSecurityException e) {
            throw new ConfigurationException("keyturn.rotation.kubernetes.ca-file: " + caFile
                    + " cannot be read as PEM certificates", e);
        }
    }
}
