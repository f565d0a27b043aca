package dev.keyturn.callers;

import dev.keyturn.callers.InvalidBearerException.Reason;
import dev.keyturn.policy.Caller;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Says who asks. The way in for everybody outside this package.
 *
 * <p>Nothing here waits for a network, so it may be called on an event loop: a token seen before costs a hash and a
 * look-up, a new one a signature check.
 */
@Singleton
public class Callers {

    private static final Logger LOG = Logger.getLogger(Callers.class);
    private static final String SCHEME = "bearer";

    private final boolean anonymous;
    private final Map<TrustedIssuer, CallersConfig.IssuerConfig> issuers = new HashMap<>();
    private final VerifiedBearers bearers;
    private final KeyRefresh refresh;

    /** @throws ConfigurationException if nothing should start with this configuration; says why in a sentence */
    public Callers(CallersConfig config, Clock clock, MeterRegistry registry) {
        CallersConfigCheck.check(config);
        anonymous = config.anonymous();
        refresh = new KeyRefresh(config.issuers().size());
        var metrics = new CallersMetrics(registry, clock);
        var byIss = new HashMap<String, TrustedIssuer>();
        config.issuers().forEach((name, issuer) -> {
            var keys = new IssuerKeys(name, KeySource.of(name, issuer), TrustedIssuer.algorithms(issuer), clock,
                    refresh.threads());
            if (issuer.publicKeyFile().isPresent()) {
                readAtStart(name, issuer, keys);
            }
            var trusted = new TrustedIssuer(name, issuer, keys, clock);
            byIss.put(issuer.issuer(), trusted);
            issuers.put(trusted, issuer);
        });
        bearers = new VerifiedBearers(new TrustedIssuers(byIss, metrics), config.cacheSize(), metrics, clock);
        if (!anonymous && byIss.isEmpty()) {
            LOG.warn("nobody is a caller: there is no keyturn.callers.issuers, and keyturn.callers.anonymous is false");
        }
    }

    /** Only a server has callers: a command such as {@code keyturn rotate} must not fetch keys, nor fail over them. */
    static void start(@Observes StartupEvent event, Instance<Callers> callers,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean serving) {
        if (serving) {
            callers.get().start();
        }
    }

    /** Begins to fetch the issuers' keys in the background. Once. */
    void start() {
        issuers.forEach((issuer, config) -> refresh.start(issuer.keys(), config.refresh()));
    }

    @PreDestroy
    void stop() {
        refresh.stop();
    }

    /**
     * Says who sent a request.
     *
     * @param authorization all values of its {@code Authorization} headers; empty if it has none
     * @return the caller; {@link Caller#ANONYMOUS} if there is no such header and anonymous callers are let in
     * @throws NotAuthenticatedException      if there are no credentials, or other ones than a single good bearer
     *                                        token; bad ones are refused even where none would do
     * @throws IssuerKeysUnavailableException if the caller's issuer is trusted but its keys are not known yet
     */
    public Caller authenticate(List<String> authorization) {
        if (authorization.isEmpty()) {
            if (anonymous) {
                return Caller.ANONYMOUS;
            }
            throw NotAuthenticatedException.withoutCredentials();
        }
        try {
            return verify(bearer(authorization));
        } catch (InvalidBearerException e) {
            throw e.reason() == Reason.KEYS_UNAVAILABLE
                    ? new IssuerKeysUnavailableException(e) : NotAuthenticatedException.badBearer(e);
        }
    }

    /** Verifies a bearer token that came in some other way than by {@code Authorization}. */
    public Caller verify(String bearer) throws InvalidBearerException {
        return bearers.verify(bearer);
    }

    /** RFC 9110 section 11.4 and RFC 6750 section 2.1: a scheme in either case, spaces, and a token without any. */
    private static String bearer(List<String> authorization) {
        if (authorization.size() > 1) {
            throw NotAuthenticatedException.severalCredentials();
        }
        var credentials = authorization.get(0).strip();
        var space = credentials.indexOf(' ');
        var scheme = space < 0 ? credentials : credentials.substring(0, space);
        if (!scheme.toLowerCase(Locale.ROOT).equals(SCHEME)) {
            throw NotAuthenticatedException.otherScheme();
        }
        return space < 0 ? "" : credentials.substring(space).strip();
    }

    private static void readAtStart(String name, CallersConfig.IssuerConfig issuer, IssuerKeys keys) {
        try {
            keys.fetchOrFail();
        } catch (KeysNotFetchedException e) {
            throw new ConfigurationException("keyturn.callers.issuers." + name + ".public-key-file: "
                    + issuer.publicKeyFile().orElseThrow() + " is no key of the issuer: " + e.getMessage());
        }
    }
}
