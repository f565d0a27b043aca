package dev.keyturn.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.policy.Decision.Granted;
import dev.keyturn.policy.Decision.Reason;
import dev.keyturn.policy.Decision.Refused;
import dev.keyturn.policy.RoomConfig.AgentDispatch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PolicyTest {

    private static final String ISSUER = "https://id.example.com";

    private static Policy policy(String... ruleLines) {
        return Policy.read("policy.yaml", "rules:\n  - name: one\n    " + String.join("\n    ", ruleLines) + "\n");
    }

    private static Caller caller(Map<String, Object> claims) {
        return new Caller(ISSUER, claims);
    }

    private static Caller ada() {
        return caller(Map.of("sub", "ada", "tenant", "acme"));
    }

    private static TokenRequest room(String room) {
        return new TokenRequest(room, "", "", "", Map.of(), RoomConfig.NONE);
    }

    private static TokenRequest config(RoomConfig config) {
        return new TokenRequest("", "", "", "", Map.of(), config);
    }

    private static RoomConfig participants(long most) {
        return new RoomConfig("", null, null, most, "", null, null, null, List.of(), Map.of());
    }

    private static RoomConfig agents(AgentDispatch... agents) {
        return new RoomConfig("", null, null, null, "", null, null, null, List.of(agents), Map.of());
    }

    private static AgentDispatch agent(String name, String deployment) {
        return new AgentDispatch(name, "", deployment, Map.of());
    }

    private static Grant granted(Policy policy, Caller caller, TokenRequest request) {
        return assertInstanceOf(Granted.class, policy.decide(caller, request)).grant();
    }

    private static void refused(Policy policy, Caller caller, TokenRequest request, Reason reason, String field) {
        var refused = assertInstanceOf(Refused.class, policy.decide(caller, request));
        assertEquals(reason, refused.reason(), refused.detail());
        assertEquals(field.isEmpty() ? Optional.empty() : Optional.of(field), refused.field());
    }

    @Test
    void without_rules_nobody_gets_anything() {
        refused(Policy.NOTHING, Caller.ANONYMOUS, TokenRequest.ANYTHING, Reason.NO_RULE, "");
        refused(Policy.NOTHING, ada(), room("lobby"), Reason.NO_RULE, "");
        assertEquals(Duration.ZERO, Policy.NOTHING.longestTtl());
    }

    @Test
    void in_development_anybody_may_be_anybody_anywhere() {
        var everything = new TokenRequest("any room", "anybody", "Any Body", "{}", Map.of("lang", "en"),
                new RoomConfig("preset", 1L, 2L, 3L, "m", 4L, 5L, true,
                        List.of(new AgentDispatch("helper", "m", "staging", Map.of("a", "b"))), Map.of("t", "v")));
        for (var caller : List.of(Caller.ANONYMOUS, ada())) {
            var grant = granted(Policy.development(), caller, everything);
            assertEquals(new Grant("any room", "anybody", "Any Body", "{}", Map.of("lang", "en"),
                    VideoGrants.PARTICIPANT, everything.roomConfig(), Duration.ofMinutes(10)), grant);
            assertEquals(22, granted(Policy.development(), caller, TokenRequest.ANYTHING).room().length());
        }
        assertEquals(List.of(), Policy.development().warnings());
    }

    @Test
    void a_rule_that_says_little_gives_little() {
        var grant = granted(policy("for: authenticated", "rooms: lobby"), ada(), TokenRequest.ANYTHING);
        assertEquals(new Grant("lobby", "ada", "", "", Map.of(), VideoGrants.PARTICIPANT, RoomConfig.NONE,
                Duration.ofMinutes(10)), grant);
    }

    @Test
    void the_first_rule_that_matches_decides() {
        var policy = Policy.read("policy.yaml", """
                rules:
                  - {name: teacher, for: {claims: {role: teacher}}, rooms: ["class-*"], ttl: 1h}
                  - {name: student, for: authenticated, rooms: ["class-*"], ttl: 5m}
                """);
        assertEquals("teacher", decidedBy(policy, Map.of("sub", "t", "role", "teacher")));
        assertEquals("teacher", decidedBy(policy, Map.of("sub", "t", "role", List.of("admin", "teacher"))));
        assertEquals("student", decidedBy(policy, Map.of("sub", "s", "role", "student")));
        assertEquals(Duration.ofHours(1), policy.longestTtl());
    }

    private static String decidedBy(Policy policy, Map<String, Object> claims) {
        return assertInstanceOf(Granted.class, policy.decide(caller(claims), room("class-7"))).rule();
    }

    @Test
    void a_room_that_one_rule_does_not_cover_may_be_another_rules() {
        var policy = Policy.read("policy.yaml", """
                rules:
                  - {name: own, for: authenticated, rooms: ["{tenant}:*"]}
                  - {name: shared, for: authenticated, rooms: [lobby]}
                """);
        assertEquals("acme:x", granted(policy, ada(), room("acme:x")).room());
        assertEquals("lobby", granted(policy, ada(), room("lobby")).room());
        refused(policy, ada(), room("other:x"), Reason.ROOM, "room_name");
    }

    @Test
    void half_a_character_in_a_claim_gets_into_no_token() {
        var half = caller(Map.of("sub", "ada", "name", "A\ud800", "tenant", "a\ud800"));
        var policy = policy("for: authenticated", "rooms: lobby", "participant_name: \"{name}\"",
                "participant_attributes: {tenant: \"{tenant}\"}");
        var grant = granted(policy, half, TokenRequest.ANYTHING);
        assertEquals("", grant.name());
        assertEquals(Map.of(), grant.attributes());
        refused(policy("for: authenticated", "rooms: \"{tenant}:*\""), half, TokenRequest.ANYTHING, Reason.CLAIM, "");
    }

    @Test
    void without_a_room_in_the_request_the_first_pattern_makes_a_fresh_one() {
        var policy = policy("for: authenticated", "rooms: [\"{tenant}:*\", lobby]");
        var one = granted(policy, ada(), TokenRequest.ANYTHING).room();
        assertTrue(one.matches("acme:[0-9A-Za-z]{22}"), one);
        assertNotEquals(one, granted(policy, ada(), TokenRequest.ANYTHING).room());
    }

    @Test
    void a_fresh_room_cannot_be_chosen() {
        var policy = policy("for: authenticated", "rooms: {fresh: \"{tenant}-\"}");
        assertTrue(granted(policy, ada(), TokenRequest.ANYTHING).room().startsWith("acme-"));
        refused(policy, ada(), room("acme-1"), Reason.ROOM, "room_name");
    }

    @Test
    void a_claim_cannot_reach_into_the_rooms_of_another_tenant() {
        var policy = policy("for: authenticated", "rooms: [\"{tenant}-*\"]");
        for (var tenant : List.of("acme-x", "", "*", "a*", "a\u0000", "a\n", "\ud800",
                List.of("acme"), Map.of("a", "b"), 1.5)) {
            refused(policy, caller(Map.of("sub", "eve", "tenant", tenant)), room("acme-x-1"), Reason.CLAIM, "");
            refused(policy, caller(Map.of("sub", "eve", "tenant", tenant)), TokenRequest.ANYTHING, Reason.CLAIM, "");
        }
        refused(policy, caller(Map.of("sub", "eve")), room("acme-1"), Reason.CLAIM, "");
        assertEquals("7-a", granted(policy, caller(Map.of("sub", "eve", "tenant", 7)), room("7-a")).room());
    }

    @Test
    void nor_by_way_of_another_rule() {
        var policy = Policy.read("policy.yaml", """
                rules:
                  - {name: wide, for: {claims: {role: admin}}, rooms: ["{tenant}:*"]}
                  - {name: narrow, for: authenticated, rooms: ["{tenant}"]}
                """);
        refused(policy, caller(Map.of("sub", "eve", "tenant", "acme:board")), room("acme:board"), Reason.CLAIM, "");
        assertEquals("acme", granted(policy, ada(), room("acme")).room());
    }

    @Test
    void nested_claims_are_found_by_their_path_and_an_exact_name_first() {
        var policy = policy("for: {claims: {realm_access/roles: moderator}}",
                "rooms: [\"{kubernetes.io/namespace}:*\"]");
        assertEquals("prod:1", granted(policy, caller(Map.of("sub", "m",
                "realm_access", Map.of("roles", List.of("user", "moderator")),
                "kubernetes.io", Map.of("namespace", "prod"))), room("prod:1")).room());
        assertEquals("top:1", granted(policy, caller(Map.of("sub", "m", "realm_access/roles", "moderator",
                "kubernetes.io/namespace", "top",
                "kubernetes.io", Map.of("namespace", "prod"))), room("top:1")).room());
    }

    @Test
    void conditions_compare_text_numbers_and_booleans_each_as_such() {
        var policy = policy("for: {claims: {level: [3, \"4\"], beta: true, mail: {pattern: \"*@*.example.com\"},"
                + " org: {present: true}, banned: {present: false}}}", "rooms: lobby");
        Map<String, Object> fits = Map.of("sub", "a", "level", 3, "beta", true, "mail", "a@b.example.com", "org", 0);
        granted(policy, caller(fits), TokenRequest.ANYTHING);
        granted(policy, caller(with(fits, "level", 3.0)), TokenRequest.ANYTHING);
        granted(policy, caller(with(fits, "level", "4")), TokenRequest.ANYTHING);
        for (var wrong : List.of(with(fits, "level", 4), with(fits, "level", "3"), with(fits, "beta", "true"),
                with(fits, "mail", "a@example.com"), with(fits, "mail", 7), with(fits, "banned", false))) {
            refused(policy, caller(wrong), TokenRequest.ANYTHING, Reason.NO_RULE, "");
        }
    }

    private static Map<String, Object> with(Map<String, Object> claims, String name, Object value) {
        var changed = new java.util.HashMap<>(claims);
        changed.put(name, value);
        return changed;
    }

    @Test
    void an_identity_is_the_callers_own_unless_the_rule_leaves_a_part_open() {
        var fixed = policy("for: authenticated", "rooms: lobby");
        var asBob = new TokenRequest("", "bob", "", "", Map.of(), RoomConfig.NONE);
        refused(fixed, ada(), asBob, Reason.IDENTITY, "participant_identity");
        var open = policy("for: authenticated", "rooms: lobby", "identity: \"{sub}/*\"");
        refused(open, ada(), asBob, Reason.IDENTITY, "participant_identity");
        assertEquals("ada/phone", granted(open, ada(),
                new TokenRequest("", "ada/phone", "", "", Map.of(), RoomConfig.NONE)).identity());
        assertTrue(granted(open, ada(), TokenRequest.ANYTHING).identity().matches("ada/[0-9A-Za-z]{22}"));
        refused(open, caller(Map.of()), TokenRequest.ANYTHING, Reason.CLAIM, "");
        refused(open, ada(), new TokenRequest("", "ada/\n", "", "", Map.of(), RoomConfig.NONE),
                Reason.IDENTITY, "participant_identity");
    }

    @Test
    void a_hashed_identity_is_the_same_every_time_and_another_at_another_issuer_or_key() {
        var yaml = "rules: [{name: one, for: authenticated, rooms: lobby, identity: \"{email|hash}\"}]";
        var plain = Policy.read("p", yaml);
        var claims = Map.<String, Object>of("email", "a@example.com");
        var identity = granted(plain, caller(claims), TokenRequest.ANYTHING).identity();
        assertTrue(identity.matches("[0-9A-Za-z]{22}"), identity);
        assertEquals(identity, granted(Policy.read("p", yaml), caller(claims), TokenRequest.ANYTHING).identity());
        assertNotEquals(identity,
                granted(plain, new Caller("https://other", claims), TokenRequest.ANYTHING).identity());
        assertNotEquals(identity,
                granted(Policy.read("p", yaml, new byte[32]), caller(claims), TokenRequest.ANYTHING).identity());
    }

    @Test
    void name_metadata_and_attributes_leave_out_what_has_no_claim() {
        var policy = policy("for: authenticated", "rooms: lobby", "participant_name: \"{name}\"",
                "participant_metadata: {plan: \"{plan}\", tenant: \"{tenant}\", level: 3}",
                "participant_attributes: {tenant: \"{tenant}\", plan: \"{plan}\"}");
        var grant = granted(policy, ada(), TokenRequest.ANYTHING);
        assertEquals("", grant.name());
        assertEquals("{\"tenant\":\"acme\",\"level\":3}", grant.metadata());
        assertEquals(Map.of("tenant", "acme"), grant.attributes());
    }

    @Test
    void a_claim_cannot_add_members_to_json_metadata() {
        var policy = policy("for: authenticated", "rooms: lobby", "participant_metadata: {tenant: \"{tenant}\"}");
        var eve = caller(Map.of("sub", "e", "tenant", "x\",\"admin\":\"\\\n"));
        var grant = granted(policy, eve, TokenRequest.ANYTHING);
        assertEquals("{\"tenant\":\"x\\\",\\\"admin\\\":\\\"\\\\\\u000a\"}", grant.metadata());
    }

    @Test
    void a_field_that_may_not_be_set_is_refused_by_its_name() {
        var policy = policy("for: authenticated", "rooms: lobby", "may_set: participant_attributes.lang",
                "participant_attributes: {plan: \"{plan}\"}");
        refused(policy, ada(), new TokenRequest("", "", "Ada", "", Map.of(), RoomConfig.NONE),
                Reason.FIELD, "participant_name");
        refused(policy, ada(), new TokenRequest("", "", "", "m", Map.of(), RoomConfig.NONE),
                Reason.FIELD, "participant_metadata");
        refused(policy, ada(), attribute("admin"), Reason.FIELD, "participant_attributes.admin");
        refused(policy, ada(), attribute("plan"), Reason.FIELD, "participant_attributes.plan");
        refused(policy, ada(), config(participants(3)), Reason.FIELD, "room_config.max_participants");
        assertEquals(Map.of("lang", "x"), granted(policy, ada(), attribute("lang")).attributes());
    }

    private static TokenRequest attribute(String key) {
        return new TokenRequest("", "", "", "", Map.of(key, "x"), RoomConfig.NONE);
    }

    @Test
    void the_servers_attribute_stands_even_where_all_may_be_set_and_the_claim_is_missing() {
        var policy = policy("for: authenticated", "rooms: lobby", "may_set: participant_attributes",
                "participant_attributes: {plan: \"{plan}\"}");
        refused(policy, ada(), attribute("plan"), Reason.FIELD, "participant_attributes.plan");
    }

    @Test
    void a_number_of_the_rule_is_the_most_that_a_request_may_set() {
        var policy = policy("for: authenticated", "rooms: lobby", "room_config: {max_participants: 10}",
                "may_set: room_config.max_participants");
        assertEquals(10, granted(policy, ada(), TokenRequest.ANYTHING).roomConfig().maxParticipants());
        assertEquals(4, granted(policy, ada(), config(participants(4))).roomConfig().maxParticipants());
        refused(policy, ada(), config(participants(11)), Reason.FIELD, "room_config.max_participants");
    }

    @Test
    void zero_which_LiveKit_takes_for_no_limit_does_not_lift_the_rules_limit() {
        var policy = policy("for: authenticated", "rooms: lobby", "room_config: {max_participants: 10}",
                "may_set: room_config");
        assertEquals(10, granted(policy, ada(), config(participants(0))).roomConfig().maxParticipants());
    }

    @Test
    void agents_are_dispatched_only_by_name_once_and_in_an_allowed_deployment() {
        var policy = policy("for: authenticated", "rooms: lobby", "may_set: room_config",
                "agents: [helper, \"{tenant}-*\", {name: scribe, deployments: [staging]}]",
                "room_config: {agents: [{agent_name: greeter}]}");
        var asked = agents(agent("helper", ""), agent("acme-x", ""), agent("scribe", "staging"));
        assertEquals(
                List.of(agent("greeter", ""), agent("helper", ""), agent("acme-x", ""), agent("scribe", "staging")),
                granted(policy, ada(), config(asked)).roomConfig().agents());
        for (var wrong : List.of(agents(agent("", "")), agents(agent("other", "")), agents(agent("helper", "staging")),
                agents(agent("greeter", "")), agents(agent("helper", ""), agent("helper", "")),
                agents(agent("evil-x", "")))) {
            refused(policy, ada(), config(wrong), Reason.AGENT, "room_config.agents");
        }
    }

    @Test
    void what_LiveKit_would_not_take_is_refused_by_its_length_in_bytes() {
        var policy = Policy.development();
        var umlauts = "ä".repeat(128);
        assertEquals(umlauts, granted(policy, ada(), room(umlauts)).room());
        refused(policy, ada(), room(umlauts + "a"), Reason.TOO_LONG, "room_name");
        refused(policy, ada(), new TokenRequest("", "€".repeat(86), "", "", Map.of(), RoomConfig.NONE),
                Reason.TOO_LONG, "participant_identity");
        refused(policy, ada(), new TokenRequest("", "", "😀".repeat(65), "", Map.of(), RoomConfig.NONE),
                Reason.TOO_LONG, "participant_name");
        refused(policy, ada(), new TokenRequest("", "", "", "m".repeat(Limits.METADATA + 1), Map.of(), RoomConfig.NONE),
                Reason.TOO_LONG, "participant_metadata");
        var tooLong = Map.of("key", "v".repeat(Limits.ATTRIBUTES - 2));
        refused(policy, ada(), new TokenRequest("", "", "", "", tooLong, RoomConfig.NONE),
                Reason.TOO_LONG, "participant_attributes");
    }

    @Test
    void who_may_not_publish_sends_no_data_unless_the_rule_says_so() {
        var viewer = granted(policy("for: anonymous", "rooms: live", "identity: \"guest-*\"",
                "grants: {canPublish: false}"), Caller.ANONYMOUS, TokenRequest.ANYTHING).video();
        assertFalse(viewer.has(VideoGrant.CAN_PUBLISH) || viewer.has(VideoGrant.CAN_PUBLISH_DATA));
        assertTrue(viewer.has(VideoGrant.CAN_SUBSCRIBE) && viewer.has(VideoGrant.ROOM_JOIN));
    }

    @Test
    void anonymous_callers_match_only_rules_that_name_them() {
        var policy = policy("for: authenticated", "rooms: lobby");
        refused(policy, Caller.ANONYMOUS, TokenRequest.ANYTHING, Reason.NO_RULE, "");
        var anonymous = policy("for: anonymous", "rooms: lobby", "identity: \"guest-*\"");
        refused(anonymous, ada(), TokenRequest.ANYTHING, Reason.NO_RULE, "");
    }

    @Test
    void the_rate_comes_with_the_grant() {
        var granted = assertInstanceOf(Granted.class,
                policy("for: authenticated", "rooms: lobby", "rate: 30/1m").decide(ada(), TokenRequest.ANYTHING));
        assertEquals(Optional.of(new Rate(30, Duration.ofMinutes(1))), granted.rate());
    }

    @Test
    void an_explanation_tells_what_became_of_each_rule() {
        var policy = Policy.read("policy.yaml", """
                rules:
                  - {name: staff, for: {claims: {role: staff}}, rooms: ["*"]}
                  - {name: own, for: authenticated, rooms: ["{tenant}:*"]}
                  - {name: lobby, for: authenticated, rooms: [lobby]}
                  - {name: guests, for: anonymous, rooms: [lobby], identity: "guest-*"}
                """);
        var explanation = policy.explain(ada(), room("lobby"));
        assertEquals(List.of(Explanation.Outcome.NOT_FOR_CALLER, Explanation.Outcome.NOT_FOR_ROOM,
                        Explanation.Outcome.DECIDED, Explanation.Outcome.NOT_ASKED),
                explanation.steps().stream().map(Explanation.Step::outcome).toList());
        assertTrue(explanation.toString().contains("staff: not for this caller: the claim role is missing"),
                explanation.toString());
        assertTrue(explanation.toString().contains("granted by lobby"), explanation.toString());
    }
}
