package dev.keyturn.agents;

import dev.keyturn.callers.AuditLog;
import dev.keyturn.callers.AuditWriter;
import dev.keyturn.callers.Callers;
import dev.keyturn.callers.IssuerKeysUnavailableException;
import dev.keyturn.callers.NotAuthenticatedException;
import dev.keyturn.callers.Refusal;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.keys.RingConfig;
import dev.keyturn.keys.RingUnavailableException;
import dev.keyturn.policy.Caller;
import dev.keyturn.policy.Decision;
import dev.keyturn.policy.Policy;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * From a poll to its answer: know the caller, decide by policy, hand out the pair that is ACTIVE, say so in the audit.
 */
@Singleton
class Credentials {

    private final Callers callers;
    private final Policy policy;
    private final LiveRing ring;
    private final Duration ringRefresh;
    private final WaitingPolls waiting;
    private final AgentMetrics metrics;
    private final AuditWriter audit;
    private final Clock clock;
    private final String url;
    private final Duration poll;

    Credentials(Callers callers, Policy policy, LiveRing ring, RingConfig ringConfig, WaitingPolls waiting,
            AgentMetrics metrics, AuditLog log, Clock clock, AgentSettings settings) {
        this.callers = callers;
        this.policy = policy;
        this.ring = ring;
        this.ringRefresh = ringConfig.refresh();
        this.waiting = waiting;
        this.metrics = metrics;
        this.audit = new AuditWriter("credentials", log, clock);
        this.clock = clock;
        this.url = settings.url();
        this.poll = settings.poll();
    }

    /**
     * @param handout what the poller would get
     * @param tag     of what it has or gets
     */
    private record Found(String rule, Handout handout, String tag, boolean isUnchanged) {}

    /** Fails with a {@link Refusal} if there is nothing for this poll. */
    Uni<Response> answer(Poll poll) {
        return !poll.patience().isZero() && isUnchanged(poll)
                ? waiting.until(() -> !isUnchanged(poll), poll.patience()).map(waited -> now(poll, waited))
                : Uni.createFrom().item(() -> now(poll, false));
    }

    private boolean isUnchanged(Poll poll) {
        try {
            return find(authenticated(poll), poll).isUnchanged;
        } catch (Refusal another) {
            return false;
        }
    }

    /** Everything is asked again, also of a poll that has waited: its bearer may have expired meanwhile. */
    private Response now(Poll poll, boolean waited) {
        Caller caller = null;
        try {
            caller = authenticated(poll);
            var found = find(caller, poll);
            var handout = found.handout;
            metrics.polled(found.rule, poll.shown(), ring.ring(), found.isUnchanged ? "unchanged" : "credentials");
            if (!found.isUnchanged) {
                granted(caller, poll, found);
            }
            var answer = found.isUnchanged ? Response.notModified() : Response.ok(handout.json());
            return answer.header(HttpHeaders.ETAG, "W/\"" + found.tag + '"')
                    .header("Keyturn-Refresh-After", handout.refreshAfter())
                    .header("Keyturn-Expires-At", handout.expiresAt())
                    .header("Preference-Applied", waited ? "wait=" + poll.patience().toSeconds() : null)
                    .build();
        } catch (Refusal refusal) {
            metrics.polled(refusal.rule(), poll.shown(), ring.ring(), refusal.reason());
            audit.refused(caller, poll.client(), refusal, json -> { });
            throw refusal;
        }
    }

    private void granted(Caller caller, Poll poll, Found found) {
        var agentName = found.handout.agentName().orElse("");
        var key = found.handout.key().key().value();
        var version = found.handout.version();
        audit.granted(caller, poll.client(), found.rule, json -> {
            json.writeStringField("agent_name", agentName);
            json.writeStringField("key", key);
            json.writeNumberField("version", version);
        });
    }

    private Caller authenticated(Poll poll) {
        if (!poll.marked()) {
            throw new Refusal("", "header", Response.status(400),
                    "The header Keyturn-Request: credentials is needed, so that nobody asks for these by accident.",
                    Optional.empty());
        }
        try {
            return callers.authenticate(poll.authorization());
        } catch (NotAuthenticatedException e) {
            throw Refusal.notAuthenticated(e);
        } catch (IssuerKeysUnavailableException e) {
            throw Refusal.issuerKeysUnavailable(e);
        }
    }

    private Found find(Caller caller, Poll poll) {
        var decision = policy.credentials(caller);
        if (decision instanceof Decision.Refused refused) {
            throw Refusal.byPolicy(refused);
        }
        var given = (Decision.Credentials) decision;
        try {
            var confirmed = ring.confirmed();
            var handout = Handout.of(url, confirmed.ring().active(), confirmed.ring().version(), given.agentName(),
                    clock.instant(), confirmed.until(), this.poll);
            var tag = handout.entityTag();
            if (poll.shown().match(tag)) {
                return new Found(given.rule(), handout, tag, true);
            }
            // a replica that has a newer ring than this one handed it out: it is better than what this one has
            var ahead = confirmed.ring().in(KeyState.STAGED).stream().filter(key -> !key.compromised())
                    .flatMap(key -> poll.shown().naming(key.key()).stream()).findFirst();
            return new Found(given.rule(), handout, ahead.orElse(tag), ahead.isPresent());
        } catch (RingUnavailableException e) {
            throw Refusal.ringUnavailable(ringRefresh);
        }
    }
}
