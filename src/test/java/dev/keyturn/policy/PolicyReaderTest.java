package dev.keyturn.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyReaderTest {

    private static List<String> problems(String yaml) {
        return assertThrows(PolicyException.class, () -> Policy.read("policy.yaml", yaml), yaml).problems();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", quoteCharacter = '`', textBlock = """
            room: lobby                                     => "room" is not a word of a rule; did you mean rooms?
            maySet: participant_name                        => did you mean may_set?
            rooms: lobby                                    => "rooms" stands here twice
            ttl: 29s                                        => a ttl is from 30s to 24h
            ttl: 25h                                        => a ttl is from 30s to 24h
            ttl: 600                                        => 600 must be text
            ttl: 10 minutes                                 => a ttl is from 30s to 24h
            rate: 30                                        => 30 must be text
            rate: 0/1m                                      => a rate is a number of tokens
            rate: 10/25h                                    => a rate is a number of tokens
            identity: "{a}{b}"                              => next to another claim or a *
            identity: "{a}*"                                => * next to a claim
            identity: "*{a}"                                => next to another claim or a *
            identity: "a*b*c"                               => more than one *
            identity: "**"                                  => more than one *
            identity: "*-{a}-*"                             => more than one *
            identity: "{a"                                  => a { without its }
            identity: "a}"                                  => a } without its {
            identity: "{}"                                  => names no claim
            identity: "{a|sha1}"                            => there can only be |hash
            identity: ""                                    => this name is empty
            identity: [a]                                   => not a list
            participant_metadata: "{a"                      => a { without its }
            grants: {canpublish: true}                      => did you mean canPublish?
            grants: {canPublish: yes}                       => yes could be text or a boolean
            grants: {canPublish: "true"}                    => must be true or false
            grants: {canPublishSources: [mike]}             => "mike" is no source
            grants: {canPublishSources: []}                 => this list is empty
            grants: {canPublish: false, canPublishSources: [camera]} => contradicts canPublish: false
            grants: [canPublish]                            => here must be a map
            may_set: [participant_names]                    => did you mean participant_name?
            may_set: [room_name]                            => not settled by may_set, but by the rule's rooms
            may_set: [participant_identity]                 => not settled by may_set, but by the rule's identity
            may_set: [room_config.agents]                   => not settled by may_set, but by the rule's agents
            may_set: [room_config.egress]                   => is no field that a request may set
            may_set: [participant_name, participant_name]   => stands here twice
            agents: helper                                  => here must be a list
            agents: [{deployments: [x]}]                    => an agent needs its name
            room_config: {egress: {}}                       => "egress" is not a word of room_config
            room_config: {max_participants: 0}              => from 1 to 4294967295, not 0
            room_config: {max_participants: 4294967296}     => from 1 to 4294967295
            room_config: {max_participants: ten}            => a whole number
            room_config: {agents: [{name: a}]}              => did you mean agent_name?
            room_config: {agents: [{agent_name: a}, {agent_name: a}]} => is dispatched twice
            identity: !!str x                               => tags (!) are not read here
            identity: &a x                                  => anchors (&) and aliases (*) are not read here
            identity: *                                     => not YAML
            identity:                                       => here is nothing
            """)
    void a_wrong_word_or_value_is_reported_where_it_stands(String line, String sentence) {
        var problems = problems("rules:\n- name: one\n  for: authenticated\n  rooms: lobby\n  " + line + "\n");
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.get(0).contains(sentence), problems.get(0));
        assertTrue(problems.get(0).matches("policy.yaml:[2-6]: .*"), problems.get(0));
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", quoteCharacter = '`', textBlock = """
            for: anonymus                                    => did you mean anonymous?
            for: {}                                          => for nobody in particular
            for: {issuer: []}                                => this list is empty
            for: {issuer: ""}                                => an issuer is the iss of its tokens
            for: {issuers: x}                                => did you mean issuer?
            for: {claims: {}}                                => no claims are named
            for: {claims: {a: []}}                           => this list is empty
            for: {claims: {a: [x, x]}}                       => stands here twice
            for: {claims: {a: {present: true, pattern: x}}}  => either present or pattern
            for: {claims: {a: {like: x}}}                    => "like" is not a word
            for: {claims: {a: null}}                         => here is nothing
            for: anonymous                                   => no claims to make the identity {sub} of
            for: anyone                                      => no claims to make the identity {sub} of
            """)
    void whom_a_rule_is_for_is_read_strictly(String line, String sentence) {
        var problems = problems("rules:\n- name: one\n  " + line + "\n  rooms: lobby\n");
        assertTrue(problems.get(0).contains(sentence), problems.toString());
    }

    @Test
    void all_problems_are_reported_at_once_in_the_order_of_the_file() {
        var problems = problems("""
                rules:
                  - name: One
                    for: authenticated
                    rooms: lobby
                    ttl: 1s
                  - name: two
                    rooms: lobby
                  - name: two
                    for: anonymous
                    rooms: ["{tenant}:*"]
                    identity: "guest-*"
                    grants: {roomAdmin: true}
                """);
        assertEquals(List.of(2, 5, 6, 8, 12),
                problems.stream().map(line -> Integer.valueOf(line.split(":")[1])).toList(),
                String.join("\n", problems));
    }

    @Test
    void a_rule_that_cannot_be_reached_is_an_error_that_names_the_one_before() {
        var problems = problems("""
                rules:
                  - {name: all, for: {issuer: [a, b]}, rooms: ["class-*"]}
                  - {name: one, for: {issuer: a, claims: {role: x}}, rooms: [class-1, "class-{tenant}-*"]}
                """);
        assertEquals(1, problems.size());
        assertTrue(problems.get(0).startsWith("policy.yaml:3: the rule one is never reached: the rule all on line 2"));
    }

    @Test
    void a_rule_that_some_room_or_caller_still_reaches_is_none() {
        Policy.read("policy.yaml", """
                rules:
                  - {name: a, for: {issuer: a, claims: {role: [x, y]}}, rooms: ["class-*"]}
                  - {name: b, for: {issuer: a, claims: {role: [x, z]}}, rooms: ["class-*"]}
                  - {name: c, for: {issuer: a, claims: {role: x}}, rooms: [lobby]}
                  - {name: d, for: {claims: {role: x}}, rooms: ["class-1"]}
                  - {name: e, for: authenticated, rooms: fresh}
                """);
    }

    @Test
    void what_is_no_policy_at_all_is_said_so() {
        assertTrue(problems("").get(0).contains("the file is empty"));
        assertTrue(problems("{}").get(0).contains("there are no rules"));
        assertTrue(problems("rule: []").get(0).contains("did you mean rules?"));
        assertTrue(problems("[1, 2]").get(0).contains("here must be a map"));
        assertTrue(problems("rules: [").get(0).contains("this is not YAML"));
        assertTrue(problems("rules: []\n---\nrules: []").get(0).contains("this is not YAML"));
        assertTrue(problems("rules: \u0001").get(0).contains("this is not YAML"));
        assertTrue(problems("rules: " + "[".repeat(200)).get(0).contains("this is not YAML"));
        assertEquals(1, Policy.read("p", "rules: []").warnings().size());
    }

    @Test
    void what_may_not_be_meant_is_a_warning() {
        var policy = Policy.read("p", """
                rules:
                  - {name: short, for: {issuer: a}, rooms: ["a"], ttl: 60s}
                  - {name: other, for: {issuer: b}, rooms: ["a"]}
                  - {name: guests, for: anonymous, rooms: ["a"], identity: "*", grants: {hidden: true}}
                """);
        var warnings = String.join("\n", policy.warnings());
        assertEquals(4, policy.warnings().size(), warnings);
        assertTrue(warnings.contains("p:2: the rule short has a ttl of 1m"), warnings);
        assertTrue(warnings.contains("p:3: the rules short and other make the identity {sub}"), warnings);
        assertTrue(warnings.contains("p:4: the rule guests gives hidden to callers whom nobody knows"), warnings);
        assertTrue(warnings.contains("p:4: the rule guests lets callers whom nobody knows take any identity"),
                warnings);
    }
}
