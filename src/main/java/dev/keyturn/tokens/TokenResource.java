package dev.keyturn.tokens;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.ResponseStatus;

/** LiveKit's standard token endpoint (protobufs/livekit_token_source.proto), unchanged for all its SDKs. */
@Path("/token")
@Singleton
public class TokenResource {

    private static final byte[] ANSWER_END = "\"}".getBytes(StandardCharsets.UTF_8);

    private final TokenIssuer issuer;
    private final LiveKitConfig config;
    private final boolean behindProxy;
    private byte[] answerBegin;

    TokenResource(TokenIssuer issuer, LiveKitConfig config,
            @ConfigProperty(name = "quarkus.http.proxy.proxy-address-forwarding", defaultValue = "false")
            boolean behindProxy) {
        this.issuer = issuer;
        this.config = config;
        this.behindProxy = behindProxy;
    }

    /** Static, and so without an instance: a command must not read the policy, nor fail over it. */
    static void start(@Observes StartupEvent event, Instance<TokenResource> resource,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (serving) {
            var endpoint = resource.get();
            endpoint.answerBegin = ("{\"server_url\":\"" + endpoint.serverUrl() + "\",\"participant_token\":\"")
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    private URI serverUrl() {
        var url = config.url().orElseThrow(() -> new ConfigurationException(
                "keyturn.livekit.url is not set: clients are told there where LiveKit is,"
                        + " such as wss://livekit.example.com"));
        if (url.getHost() == null || !Set.of("wss", "ws", "https", "http").contains(url.getScheme())) {
            throw new ConfigurationException("keyturn.livekit.url is '" + url
                    + "': it must be absolute, such as wss://livekit.example.com");
        }
        return url;
    }

    /** Reads a body of {@code application/json} with any parameter, or none at all; see {@link TokenRequestReader}. */
    @POST
    @NonBlocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    @ResponseStatus(201)
    public byte[] token(@Context HttpServerRequest request, byte[] body) {
        var token = issuer.issue(request.headers().getAll(HttpHeaders.AUTHORIZATION), body, client(request));
        return answer(token.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The router looks for forwarding headers again with each request, though the platform has long followed them. */
    private String client(HttpServerRequest request) {
        return (behindProxy ? request.remoteAddress() : request.connection().remoteAddress()).hostAddress();
    }

    /** No part holds a character that JSON would escape; and bytes, for a text is encoded character by character. */
    private byte[] answer(byte[] token) {
        var answer = Arrays.copyOf(answerBegin, answerBegin.length + token.length + ANSWER_END.length);
        System.arraycopy(token, 0, answer, answerBegin.length, token.length);
        System.arraycopy(ANSWER_END, 0, answer, answerBegin.length + token.length, ANSWER_END.length);
        return answer;
    }
}
