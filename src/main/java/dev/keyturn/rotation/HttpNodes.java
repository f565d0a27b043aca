package dev.keyturn.rotation;

import dev.keyturn.keys.ApiKey;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Nodes by HTTP: every address behind every URL of {@code keyturn.rotation.nodes}, found out anew at each ask. The
 * address is connected to; {@code Host}, SNI and the certificate's check go by the URL's name.
 *
 * <p>Whoever listens there may be a stranger: a reply is bounded in time and size, no redirect is followed, nothing
 * that it says is repeated, and it sees no more than tokens that open nothing.
 */
@Singleton
public final class HttpNodes implements Nodes {

    private static final int AT_ONCE = 64;
    private static final int BODY_BYTES = 256;
    private static final int BODY_CHARACTERS = 64;
    private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);
    /** A {@code Date} leaves out the fraction of its second. */
    private static final Duration HALF_A_SECOND = Duration.ofMillis(500);

    private final NodeAddresses addresses;
    private final Duration timeout;
    private final HttpClient byName;
    private final HttpClient byAddress;
    private final Clock clock;

    /** @throws ConfigurationException if a URL, the time limit or the {@code nodes-ca} is not what it should be */
    @Inject
    public HttpNodes(RotationConfig config, Vertx vertx, Clock clock) {
        this(config, vertx, clock, InetAddress::getAllByName);
    }

    HttpNodes(RotationConfig config, Vertx vertx, Clock clock, NodeAddresses.Names names) {
        this(config.nodes().orElse(List.of()), config.nodeTimeout(), config.nodesCa(), vertx, clock, names);
    }

    /** Nodes that somebody names who has no such settings. */
    public HttpNodes(List<URI> urls, Duration timeout, Optional<Path> authorities, Vertx vertx, Clock clock) {
        this(urls, timeout, authorities, vertx, clock, InetAddress::getAllByName);
    }

    private HttpNodes(List<URI> urls, Duration timeout, Optional<Path> authorities, Vertx vertx, Clock clock,
            NodeAddresses.Names names) {
        this.timeout = timeout;
        if (timeout.toMillis() < 1 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new ConfigurationException("keyturn.rotation.node-timeout cannot be " + timeout + ": from 1ms to "
                    + LONGEST_TIMEOUT.toHours() + "h, such as 5s");
        }
        this.addresses = new NodeAddresses(urls, timeout, vertx, names);
        this.clock = clock;
        var options = new HttpClientOptions()
                .setKeepAlive(false) // a node that restarts must not be judged by a connection of before
                .setMaxPoolSize(AT_ONCE)
                .setConnectTimeout((int) timeout.toMillis())
                .setSslHandshakeTimeout(timeout.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        authorities.ifPresent(file -> options.setTrustOptions(authorities(file)));
        // without SNI a name that has no dots would not be checked; an address may not be in it (RFC 6066)
        this.byName = client(vertx, new HttpClientOptions(options).setForceSni(true));
        this.byAddress = client(vertx, options);
    }

    private static HttpClient client(Vertx vertx, HttpClientOptions options) {
        return vertx.httpClientBuilder().with(options)
                // what is wrong is said by the reply; Vert.x would log what a stranger sent
                .withConnectHandler(connection -> connection.exceptionHandler(said -> {}))
                .build();
    }

    private static PemTrustOptions authorities(Path file) {
        try {
            var pem = Files.readAllBytes(file);
            if (CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)).isEmpty()) {
                throw new CertificateException("empty");
            }
            return new PemTrustOptions().addCertValue(Buffer.buffer(pem));
        } catch (IOException | CertificateException e) {
            throw new ConfigurationException(
                    "keyturn.rotation.nodes-ca: " + file + " cannot be read as PEM certificates", e);
        }
    }

    @Override
    public List<Replies> ask(Map<ApiKey, String> tokens) throws NodesException {
        var nodes = addresses.find();
        var places = new Semaphore(AT_ONCE);
        var asked = new LinkedHashMap<NodeAddress, Map<ApiKey, Future<Reply>>>();
        try {
            for (var node : nodes) {
                asked.put(node, new LinkedHashMap<>());
                for (var token : tokens.entrySet()) {
                    places.acquire();
                    asked.get(node).put(token.getKey(),
                            ask(node, token.getValue()).onComplete(any -> places.release()));
                }
            }
            places.acquire(AT_ONCE); // all are back
        } catch (InterruptedException e) {
            throw NodeAddresses.interrupted();
        }
        return asked.entrySet().stream().map(node -> new Replies(node.getKey().name(), results(node.getValue())))
                .toList();
    }

    private static Map<ApiKey, Reply> results(Map<ApiKey, Future<Reply>> replies) {
        var results = new LinkedHashMap<ApiKey, Reply>();
        replies.forEach((key, reply) -> results.put(key, reply.result()));
        return results;
    }

    private Future<Reply> ask(NodeAddress node, String token) {
        var client = node.url().isAddress() ? byAddress : byName;
        var request = client.request(new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(node.address(), node.url().port())))
                .setHost(node.url().host())
                .setPort(node.url().port())
                .setSsl(node.url().tls())
                .setURI("/")
                .putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token));
        return request.compose(this::send)
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .otherwise(failure -> Reply.none(NodeProblem.of(failure, timeout)))
                .onComplete(any -> request.onSuccess(HttpClientRequest::reset)); // whatever is still to come
    }

    private Future<Reply> send(HttpClientRequest request) {
        Promise<Reply> reply = Promise.promise();
        request.exceptionHandler(reply::tryFail);
        request.send().onFailure(reply::tryFail).onSuccess(response -> {
            var ahead = ahead(response);
            var body = Buffer.buffer();
            response.exceptionHandler(reply::tryFail);
            response.endHandler(end -> reply.tryComplete(reply(response, body, ahead)));
            response.handler(part -> {
                body.appendBuffer(part);
                if (body.length() >= BODY_BYTES) {
                    reply.tryComplete(reply(response, body, ahead));
                }
            });
        });
        return reply.future();
    }

    private static Reply reply(HttpClientResponse response, Buffer body, Optional<Duration> ahead) {
        var type = Optional.ofNullable(response.getHeader(HttpHeaders.CONTENT_TYPE)).orElse("");
        var text = body.toString(StandardCharsets.UTF_8);
        return new Reply(response.statusCode(), type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT),
                text.substring(0, Math.min(text.length(), BODY_CHARACTERS)), ahead, "");
    }

    private Optional<Duration> ahead(HttpClientResponse response) {
        try {
            return Optional.ofNullable(response.getHeader(HttpHeaders.DATE))
                    .map(date -> DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from))
                    .map(second -> Duration.between(clock.instant(), second.plus(HALF_A_SECOND)));
        } catch (DateTimeException nonsense) {
            return Optional.empty();
        }
    }

    @Override
    public String describe() {
        return addresses.toString();
    }
}
