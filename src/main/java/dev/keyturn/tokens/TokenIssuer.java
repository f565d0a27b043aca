package dev.keyturn.tokens;

import dev.keyturn.callers.Callers;
import dev.keyturn.callers.IssuerKeysUnavailableException;
import dev.keyturn.callers.NotAuthenticatedException;
import dev.keyturn.callers.Refusal;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.keys.RingConfig;
import dev.keyturn.keys.RingUnavailableException;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Caller;
import dev.keyturn.policy.Decision.Granted;
import dev.keyturn.policy.Decision.Refused;
import dev.keyturn.policy.Policy;
import dev.keyturn.policy.TokenRequest;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * From a request to a token: know the caller, read the body, decide by policy, sign with the active key, say so in the
 * audit. Nothing here waits for a network or a disk.
 */
@Singleton
class TokenIssuer {

    private static final Logger LOG = Logger.getLogger(TokenIssuer.class);

    /** nginx cuts a URL at 8 KiB, and a browser's connect URL holds the token. */
    private static final int OVERSIZED = 4096;

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final int ID_BYTES = 16;

    /** To ask for random bytes costs more than they do. */
    private static final int IDS_AT_A_TIME = 64;

    private final Callers callers;
    private final Policy policy;
    private final LiveRing ring;
    private final RateLimits rates;
    private final TokenMetrics metrics;
    private final Audit audit;
    private final Clock clock;
    private final Duration ringRefresh;
    private final TokenWriter writer = new TokenWriter();
    private final SecureRandom random = new SecureRandom();
    private final ThreadLocal<ByteBuffer> idsAhead = ThreadLocal.withInitial(
            () -> ByteBuffer.allocate(IDS_AT_A_TIME * ID_BYTES).limit(0));
    private final Set<String> saidOversized = ConcurrentHashMap.newKeySet();

    TokenIssuer(Callers callers, Policy policy, LiveRing ring, RingConfig ringConfig, RateLimits rates,
            TokenMetrics metrics, Audit audit, Clock clock) {
        this.callers = callers;
        this.policy = policy;
        this.ring = ring;
        this.ringRefresh = ringConfig.refresh();
        this.rates = rates;
        this.metrics = metrics;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * @param authorization the values of the {@code Authorization} header
     * @param body          the request's body as it came
     * @param client        the address it came from, for the audit and to count anonymous callers by
     * @throws Refusal if there is no token for this
     */
    String issue(List<String> authorization, byte[] body, String client) {
        Caller caller = null;
        var request = TokenRequest.ANYTHING;
        try {
            caller = callers.authenticate(authorization);
            var read = TokenRequestReader.read(body);
            request = read.request();
            var decision = policy.decide(caller, request);
            if (decision instanceof Refused refused) {
                throw Refusal.byPolicy(refused);
            }
            return signed(caller, client, (Granted) decision, read.unknownFields());
        } catch (NotAuthenticatedException e) {
            throw refused(caller, client, Refusal.notAuthenticated(e), request);
        } catch (IssuerKeysUnavailableException e) {
            throw refused(caller, client, Refusal.issuerKeysUnavailable(e), request);
        } catch (BadBodyException e) {
            throw refused(caller, client, Refusals.badBody(e), request);
        } catch (RingUnavailableException e) {
            throw refused(caller, client, Refusal.ringUnavailable(ringRefresh), request);
        } catch (Refusal e) {
            throw refused(caller, client, e, request);
        }
    }

    private String signed(Caller caller, String client, Granted granted, int unknownFields) {
        granted.rate().ifPresent(rate -> {
            var whose = caller.isAnonymous() ? client : caller.subject();
            var wait = rates.take(granted.rule(), rate, caller.issuer(), whose);
            if (!wait.isZero()) {
                throw Refusals.tooMany(granted.rule(), wait);
            }
        });
        // Once, and before the ring is asked: a process may sleep between the two, and then signs with a ring that is
        // stale by now; but its token begins, and so ends, as if it had been signed while that ring was fresh.
        var now = clock.instant();
        var key = ring.signingKey();
        var id = id();
        var token = sign(key, granted, now, id);
        if (token.length() > OVERSIZED && saidOversized.add(granted.rule())) {
            LOG.warnf("Rule %s gives tokens of %d characters; nginx cuts the URL that they travel in at 8 KiB."
                    + " This is said once for a rule; keyturn_tokens_oversized_total counts on",
                    granted.rule(), token.length());
        }
        metrics.issued(granted.rule(), unknownFields, token.length() > OVERSIZED);
        audit.granted(caller, client, granted.rule(), granted.grant(), id, key.key());
        return token;
    }

    private String sign(SigningKey key, Granted granted, Instant now, String id) {
        var began = System.nanoTime();
        var token = writer.write(key, granted.grant(), now, id);
        metrics.signing.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
        return token;
    }

    private Refusal refused(Caller caller, String client, Refusal refusal, TokenRequest request) {
        metrics.refused(refusal.rule(), refusal.reason());
        audit.refused(caller, client, refusal, request);
        return refusal;
    }

    private String id() {
        var ahead = idsAhead.get();
        if (!ahead.hasRemaining()) {
            random.nextBytes(ahead.array());
            ahead.clear();
        }
        var bytes = new byte[ID_BYTES];
        ahead.get(bytes);
        return BASE64.encodeToString(bytes);
    }
}
