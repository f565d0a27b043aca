package dev.keyturn.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.policy.Decision.Granted;
import dev.keyturn.policy.Decision.Refused;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What holds of every decision, on random policies, callers and requests. */
class DecisionPropertiesTest {

    private static final int POLICIES = 2_000;
    private static final int ASKED_EACH = 25;

    @FunctionalInterface
    private interface Property {
        void holds(Policy policy, Caller caller, TokenRequest request);
    }

    private static void always(Property property) {
        var random = new RandomPolicy(4711);
        for (int i = 0; i < POLICIES; i++) {
            var policy = random.policy(random.random.nextInt(30));
            for (int j = 0; j < ASKED_EACH; j++) {
                property.holds(policy, random.caller(), random.request());
            }
        }
    }

    @Test
    void the_index_finds_the_same_rule_as_asking_one_after_the_other() {
        var reasons = new EnumMap<Decision.Reason, Integer>(Decision.Reason.class);
        var granted = new int[1];
        always((policy, caller, request) -> {
            var first = firstMatch(policy, caller, request);
            var decision = policy.decide(caller, request);
            var decidedBy = decision instanceof Granted yes ? Optional.of(yes.rule()) : ((Refused) decision).rule();
            assertEquals(first.map(Rule::name), decidedBy, () -> caller + " " + request);
            if (decision instanceof Refused no) {
                reasons.merge(no.reason(), 1, Integer::sum);
            } else {
                granted[0]++;
            }
            var admitted = policy.rules().stream().anyMatch(rule -> rule.audience().admits(caller));
            assertEquals(!admitted, decision instanceof Refused no && no.reason() == Decision.Reason.NO_RULE);
        });
        assertTrue(granted[0] > 1_000, "too few were granted to show anything: " + granted[0]);
        assertTrue(reasons.keySet().size() >= 6, "the random requests met only " + reasons);
    }

    /** The rule as the class comment of {@link Policy} has it, and nothing clever. */
    private static Optional<Rule> firstMatch(Policy policy, Caller caller, TokenRequest request) {
        return policy.rules().stream()
                .filter(rule -> rule.audience().admits(caller))
                .filter(rule -> request.room().isEmpty() || rule.rooms().chosen() && rule.rooms().patterns().stream()
                        .anyMatch(pattern -> covers(pattern, caller, request.room())))
                .findFirst();
    }

    private static boolean covers(NamePattern pattern, Caller caller, String name) {
        return pattern.fill(caller) instanceof NamePattern.Fit fit && fit.covers(name);
    }

    @Test
    void what_is_granted_is_within_the_rule_and_within_the_request() {
        always((policy, caller, request) -> {
            if (policy.decide(caller, request) instanceof Granted granted) {
                var rule = policy.rules().stream().filter(one -> one.name().equals(granted.rule()))
                        .findFirst().orElseThrow();
                var grant = granted.grant();
                assertTrue(rule.audience().admits(caller));
                assertTrue(rule.rooms().patterns().stream().anyMatch(pattern -> covers(pattern, caller, grant.room())));
                assertTrue(covers(rule.identity(), caller, grant.identity()));
                assertTrue(request.room().isEmpty() || request.room().equals(grant.room()));
                assertTrue(request.identity().isEmpty() || request.identity().equals(grant.identity()));
                assertEquals(rule.video(), grant.video());
                assertEquals(rule.ttl(), grant.ttl());
                checkFields(rule, caller, grant);
                checkRoomConfig(rule, grant.roomConfig());
            }
        });
    }

    private static void checkFields(Rule rule, Caller caller, Grant grant) {
        var maySet = rule.participant().maySet();
        assertTrue(grant.name().isEmpty() || maySet.allows("participant_name"));
        assertTrue(grant.metadata().isEmpty() || maySet.allows("participant_metadata"));
        grant.attributes().forEach((key, value) -> {
            var own = rule.participant().attributes().get(key);
            assertTrue(own == null ? maySet.allows("participant_attributes." + key) : value.equals(own.fill(caller)));
        });
    }

    private static void checkRoomConfig(Rule rule, RoomConfig config) {
        var given = rule.roomConfig().given();
        var maySet = rule.roomConfig().maySet();
        if (given.maxParticipants() != null) {
            assertTrue(config.maxParticipants() >= 1 && config.maxParticipants() <= given.maxParticipants());
        }
        assertTrue(java.util.Objects.equals(config.maxParticipants(), given.maxParticipants())
                || maySet.allows("room_config.max_participants"));
        assertTrue(config.syncStreams() == null || maySet.allows("room_config.sync_streams"));
        assertTrue(config.tags().equals(Map.of()) || maySet.allows("room_config.tags"));
        assertTrue(config.agents().containsAll(given.agents()));
        config.agents().stream().filter(agent -> !given.agents().contains(agent)).forEach(agent -> {
            assertTrue(agent.agentName().startsWith("help"));
            assertEquals(1, rule.roomConfig().agents().allowed().size());
        });
    }

    @Test
    void a_rule_that_is_said_to_be_hidden_never_decides() {
        var hidden = new int[1];
        always((policy, caller, request) -> {
            var rules = policy.rules();
            firstMatch(policy, caller, request).ifPresent(rule -> rules.subList(0, rule.order())
                    .forEach(earlier -> assertFalse(Reachability.hides(earlier, rule), earlier + " hides " + rule)));
            if (rules.size() > 1 && Reachability.hides(rules.get(0), rules.get(rules.size() - 1))) {
                hidden[0]++;
            }
        });
        assertTrue(hidden[0] > 100, "too few were hidden to show anything: " + hidden[0]);
    }

    @Test
    void nobody_gets_credentials_whom_no_rule_admits_and_the_first_that_does_decides() {
        var outcomes = new HashMap<String, Integer>();
        always((policy, caller, request) -> {
            var first = policy.credentialsRules().stream().filter(rule -> rule.audience().admits(caller)).findFirst();
            var decision = policy.credentials(caller);
            outcomes.merge(decision.getClass().getSimpleName() + first.isPresent(), 1, Integer::sum);
            if (decision instanceof Decision.Credentials given) {
                assertEquals(first.orElseThrow().name(), given.rule());
                assertEquals(first.get().agentName().isPresent(), given.agentName().isPresent());
            } else {
                assertEquals(first.map(CredentialsRule::name), ((Refused) decision).rule());
            }
            var explained = policy.explainCredentials(caller);
            assertEquals(decision, explained.decision());
            assertEquals(first.map(CredentialsRule::name), explained.steps().stream()
                    .filter(step -> step.outcome() == Explanation.Outcome.DECIDED)
                    .map(Explanation.Step::rule).findFirst());
        });
        assertEquals(Set.of("Credentialstrue", "Refusedtrue", "Refusedfalse"), outcomes.keySet());
        assertTrue(outcomes.values().stream().allMatch(count -> count > 1_000), outcomes.toString());
    }

    @Test
    void the_explanation_decides_as_the_policy_does() {
        always((policy, caller, request) -> {
            var explained = policy.explain(caller, request);
            var decided = explained.steps().stream()
                    .filter(step -> step.outcome() == Explanation.Outcome.DECIDED)
                    .map(Explanation.Step::rule)
                    .findFirst();
            assertEquals(firstMatch(policy, caller, request).map(Rule::name), decided);
            assertEquals(policy.ruleNames().size(), explained.steps().size());
        });
    }
}
