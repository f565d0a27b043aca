package dev.keyturn.tokens;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.callers.Callers;
import dev.keyturn.callers.CallersConfig;
import dev.keyturn.callers.IssuerKeysUnavailableException;
import dev.keyturn.callers.NotAuthenticatedException;
import dev.keyturn.callers.Refusal;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.keys.RingConfig;
import dev.keyturn.keys.RingUnavailableException;
import dev.keyturn.keys.SigningKey;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What {@code POST /introspect} answers. Why a token is not active is told to nobody. */
@Singleton
class Introspection {

    /** What a backend needs to know of who is in a room, and no more: a room's configuration may hold credentials. */
    private static final List<String> SHOWN = List.of("iss", "sub", "exp", "nbf", "iat", "jti",
            "name", "kind", "metadata", "attributes", "video");

    private final Callers callers;
    private final Optional<Set<String>> mayAsk;
    private final LiveRing ring;
    private final Duration ringRefresh;
    private final TokenMetrics metrics;
    private final Clock clock;

    Introspection(Callers callers, CallersConfig callersConfig, IntrospectionConfig config, LiveRing ring,
            RingConfig ringConfig, TokenMetrics metrics, Clock clock) {
        this.callers = callers;
        this.mayAsk = config.issuers().map(names -> issuers(names, callersConfig));
        this.ring = ring;
        this.ringRefresh = ringConfig.refresh();
        this.metrics = metrics;
        this.clock = clock;
    }

    private static Set<String> issuers(Set<String> names, CallersConfig callers) {
        return names.stream().map(name -> Optional.ofNullable(callers.issuers().get(name))
                .orElseThrow(() -> new ConfigurationException("keyturn.introspection.issuers: there is no issuer '"
                        + name + "' in keyturn.callers.issuers"))
                .issuer()).collect(Collectors.toSet());
    }

    /**
     * @param authorization the values of the {@code Authorization} header
     * @param body          the form as it came
     * @throws Refusal if this caller gets no answer, or nobody does now
     */
    ObjectNode answer(List<String> authorization, byte[] body) {
        try {
            requireMayAsk(authorization);
            var token = FormBody.required(body, "token");
            var answer = claims(token, ring.current());
            metrics.introspected(answer.isPresent() ? "active" : "inactive");
            return answer.orElseGet(() -> JsonNodeFactory.instance.objectNode().put("active", false));
        } catch (NotAuthenticatedException e) {
            throw refused(Refusal.notAuthenticated(e));
        } catch (IssuerKeysUnavailableException e) {
            throw refused(Refusal.issuerKeysUnavailable(e));
        } catch (BadBodyException e) {
            throw refused(Refusals.badBody(e));
        } catch (RingUnavailableException e) {
            throw refused(Refusal.ringUnavailable(ringRefresh));
        }
    }

    private void requireMayAsk(List<String> authorization) {
        var caller = callers.authenticate(authorization);
        if (caller.isAnonymous()) {
            throw NotAuthenticatedException.withoutCredentials();
        }
        if (mayAsk.isPresent() && !mayAsk.get().contains(caller.issuer())) {
            throw refused(Refusals.mayNotIntrospect());
        }
    }

    private Optional<ObjectNode> claims(String token, KeyRing current) {
        try {
            var reading = TokenReader.read(token, current, clock.instant());
            return reading.isValid()
                    ? Optional.of(active(reading.claims(), reading.key().orElseThrow())) : Optional.empty();
        } catch (IllegalArgumentException noJwt) {
            return Optional.empty();
        }
    }

    private static ObjectNode active(ObjectNode claims, SigningKey key) {
        var answer = JsonNodeFactory.instance.objectNode().put("active", true).put("key_state", key.state().name());
        return answer.setAll(claims.retain(SHOWN));
    }

    private Refusal refused(Refusal refusal) {
        metrics.introspected(refusal.reason());
        return refusal;
    }
}
