package dev.keyturn.development;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.callers.Callers;
import dev.keyturn.callers.CallersConfig;
import dev.keyturn.callers.IssuerKeysUnavailableException;
import dev.keyturn.callers.NotAuthenticatedException;
import dev.keyturn.callers.Refusal;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.keys.RingConfig;
import dev.keyturn.policy.Caller;
import dev.keyturn.policy.Decision;
import dev.keyturn.policy.Explanation;
import dev.keyturn.policy.Policy;
import dev.keyturn.policy.TokenRequest;
import dev.keyturn.policy.VideoGrant;
import dev.keyturn.rotation.StatusDocument;
import dev.keyturn.tokens.BadBodyException;
import dev.keyturn.tokens.LiveKitConfig;
import dev.keyturn.tokens.PolicyConfig;
import dev.keyturn.tokens.TokenRequestReader;
import io.quarkus.arc.profile.IfBuildProfile;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What the development page asks. */
@Path("/dev")
@Singleton
@IfBuildProfile("dev")
public class DevelopmentResource {

    private final LiveKitConfig liveKit;
    private final CallersConfig callersConfig;
    private final PolicyConfig policyConfig;
    private final RingConfig ringConfig;
    private final Optional<java.nio.file.Path> keyFile;
    private final Callers callers;
    private final Policy policy;
    private final LiveRing live;
    private final StatusWatch watch;
    private final Decisions decisions;
    private final LiveKitClient client;
    private final Clock clock;

    DevelopmentResource(LiveKitConfig liveKit, CallersConfig callersConfig, PolicyConfig policyConfig,
            RingConfig ringConfig,
            @ConfigProperty(name = "keyturn.rotation.file.path") Optional<java.nio.file.Path> keyFile,
            Callers callers, Policy policy, LiveRing live, StatusWatch watch, Decisions decisions, LiveKitClient client,
            Clock clock) {
        this.liveKit = liveKit;
        this.callersConfig = callersConfig;
        this.policyConfig = policyConfig;
        this.ringConfig = ringConfig;
        this.keyFile = keyFile;
        this.callers = callers;
        this.policy = policy;
        this.live = live;
        this.watch = watch;
        this.decisions = decisions;
        this.client = client;
        this.clock = clock;
    }

    /** How things stand: LiveKit, who is let in, keys and their turn, the last decisions. */
    @GET
    @Path("state")
    @Blocking
    @Produces(MediaType.APPLICATION_JSON)
    public String state() {
        var status = watch.status();
        var answer = JsonNodeFactory.instance.objectNode().put("time", clock.instant().toString());
        answer.putObject("livekit")
                .put("url", liveKit.url().orElseThrow().toString())
                .put("answers", status.filter(StatusWatch::isAnswered).isPresent())
                .put("accepts", status.filter(StatusWatch::isAccepted).isPresent())
                .put("start", start());
        var issuers = answer.putObject("callers").put("anonymous", callersConfig.anonymous()).putArray("issuers");
        callersConfig.issuers().values().forEach(issuer -> issuers.add(issuer.issuer()));
        var rules = answer.putObject("policy").put("file", policyConfig.file().map(Object::toString).orElse(null))
                .putArray("rules");
        policy.ruleNames().forEach(rules::add);
        answer.put("signs", live.ring().map(ring -> ring.active().key().value()).orElse(null));
        answer.set("status", status.map(StatusDocument::of).orElse(null));
        answer.put("problem", watch.problem());
        answer.set("decisions", decisions.json());
        answer.set("livekit_client", client.json());
        return answer.toString();
    }

    /** The command that starts a LiveKit which accepts this server's tokens. */
    private String start() {
        return ringConfig.store() == RingConfig.Store.DEVELOPMENT ? "livekit-server --dev"
                : "livekit-server --dev --key-file " + keyFile.map(Object::toString).orElse("keys.yaml");
    }

    /** Why a caller gets what it gets, to whoever writes the rules: asked just as {@code /token}, it signs nothing. */
    @POST
    @Path("explain")
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public String explain(@Context HttpServerRequest request, byte[] body) {
        var caller = caller(request);
        return json(policy.explain(caller, asked(body))).toString();
    }

    private Caller caller(HttpServerRequest request) {
        try {
            return callers.authenticate(request.headers().getAll(HttpHeaders.AUTHORIZATION));
        } catch (NotAuthenticatedException e) {
            throw Refusal.notAuthenticated(e);
        } catch (IssuerKeysUnavailableException e) {
            throw Refusal.issuerKeysUnavailable(e);
        }
    }

    private static TokenRequest asked(byte[] body) {
        try {
            return TokenRequestReader.read(body).request();
        } catch (BadBodyException e) {
            throw new Refusal("", "body", Response.status(400), e.getMessage(),
                    Optional.of(e.field()).filter(field -> !field.isEmpty()));
        }
    }

    private static ObjectNode json(Explanation explanation) {
        var answer = JsonNodeFactory.instance.objectNode();
        if (explanation.decision() instanceof Decision.Granted granted) {
            answer.put("outcome", "granted").put("rule", granted.rule());
            var grant = granted.grant();
            var grants = answer.putObject("grant").put("room", grant.room()).put("identity", grant.identity())
                    .put("name", grant.name()).put("ttl_seconds", grant.ttl().toSeconds()).putArray("grants");
            grant.video().given().stream().map(VideoGrant::claim).forEach(grants::add);
        } else if (explanation.decision() instanceof Decision.Refused refused) {
            answer.put("outcome", "refused").put("rule", refused.rule().orElse(null))
                    .put("reason", lower(refused.reason())).put("field", refused.field().orElse(null))
                    .put("detail", refused.detail());
        }
        answer.put("text", explanation.toString());
        var rules = answer.putArray("rules");
        explanation.steps().forEach(step -> rules.addObject().put("rule", step.rule())
                .put("outcome", lower(step.outcome())).put("why", step.why()));
        return answer;
    }

    private static String lower(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }

    /** livekit-client, for a page that joins; the first time this takes as long as npm does. */
    @GET
    @Path("livekit-client.js")
    @Blocking
    @Produces("text/javascript;charset=UTF-8")
    public String client() throws IOException, InterruptedException {
        return client.script();
    }

    /** What the page shows beside an error: what caused it, and what to do. */
    @GET
    @Path("problems.md")
    @Blocking
    @Produces("text/markdown;charset=UTF-8")
    public String problems() throws IOException {
        return Files.readString(java.nio.file.Path.of("docs", "problems.md"));
    }
}
