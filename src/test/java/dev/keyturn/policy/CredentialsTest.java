package dev.keyturn.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The list of those who get the key pair itself. */
class CredentialsTest {

    private static final Policy POLICY = Policy.read("policy.yaml", """
            credentials:
              - name: support
                for:
                  issuer: k8s
                  claims: {kubernetes.io/namespace: agents, kubernetes.io/serviceaccount/name: support}
                agent_name: support-agent
              - name: tenants
                for: {issuer: [k8s, ci], claims: {tenant: {present: true}}}
                agent_name: "agent-{tenant}"
              - name: ops
                for: {issuer: ci, claims: {role: ops}}
            """);

    private static Caller pod(String namespace, String account) {
        return new Caller("k8s", Map.of("sub", "system:serviceaccount:" + namespace + ":" + account,
                "kubernetes.io", Map.of("namespace", namespace, "serviceaccount", Map.of("name", account))));
    }

    private static Decision.Refused refused(Caller caller) {
        return assertInstanceOf(Decision.Refused.class, POLICY.credentials(caller));
    }

    @Test
    void the_first_rule_that_is_for_the_caller_gives_them_and_says_the_agents_name() {
        assertEquals(new Decision.Credentials("support", Optional.of("support-agent")),
                POLICY.credentials(pod("agents", "support")));
        assertEquals(new Decision.Credentials("tenants", Optional.of("agent-acme")),
                POLICY.credentials(new Caller("ci", Map.of("tenant", "acme", "role", "ops"))));
        assertEquals(new Decision.Credentials("ops", Optional.empty()),
                POLICY.credentials(new Caller("ci", Map.of("role", "ops"))));
    }

    @Test
    void nobody_else_gets_them() {
        for (var caller : List.of(pod("agents", "other"), pod("other", "support"), Caller.ANONYMOUS,
                new Caller("ci", pod("agents", "support").claims()), new Caller("other", Map.of("role", "ops")))) {
            var refused = refused(caller);
            assertEquals(Decision.Reason.NO_RULE, refused.reason());
            assertEquals(Optional.empty(), refused.rule());
            assertTrue(refused.detail().contains("credentials"), refused.detail());
        }
    }

    @ParameterizedTest
    @CsvSource({"'', is empty", "a*b, holds a *", "'a\nb', holds a control character"})
    void a_claim_that_makes_no_good_name_is_a_refusal_that_names_it(String tenant, String why) {
        var refused = refused(new Caller("k8s", Map.of("tenant", tenant)));
        assertEquals(Decision.Reason.CLAIM, refused.reason());
        assertEquals(Optional.of("tenants"), refused.rule());
        assertTrue(refused.detail().contains("\"tenant\"") && refused.detail().contains(why), refused.detail());
    }

    @Test
    void a_rule_for_tokens_gives_none_and_the_other_way_round() {
        var tokens = Policy.read("p", "rules: [{name: all, for: authenticated, rooms: lobby}]");
        assertInstanceOf(Decision.Refused.class, tokens.credentials(pod("agents", "support")));
        assertInstanceOf(Decision.Refused.class, POLICY.decide(pod("agents", "support"), TokenRequest.ANYTHING));
    }

    @Test
    void in_development_everybody_gets_them() {
        assertInstanceOf(Decision.Credentials.class, Policy.development().credentials(Caller.ANONYMOUS));
        assertInstanceOf(Decision.Credentials.class, Policy.development().credentials(pod("a", "b")));
        assertInstanceOf(Decision.Refused.class, Policy.NOTHING.credentials(pod("a", "b")));
    }

    private static final String GOOD = "for: {issuer: i, claims: {a: b}}";

    private static List<String> problems(String yaml) {
        return assertThrows(PolicyException.class, () -> Policy.read("policy.yaml", yaml), yaml).problems();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", quoteCharacter = '`', textBlock = """
            for: {issuer: i}                                    => an issuer and claims that only the agent has
            for: {claims: {a: b}}                               => an issuer and claims that only the agent has
            for: authenticated                                  => an issuer and claims that only the agent has
            for: anyone                                         => an issuer and claims that only the agent has
            for: {issuers: i}                                   => did you mean issuer?
            agent_name: a                                       => a credentials rule needs its "for"
            for: {issuer: i, claims: {a: b}}, agent_name: "a*"  => an agent has one name
            for: {issuer: i, claims: {a: b}}, agent_name: "{a"  => a { without its }
            for: {issuer: i, claims: {a: b}}, agent_name: ""    => this name is empty
            for: {issuer: i, claims: {a: b}}, agent_name: "a\\n" => an agent's name holds a control character
            for: {issuer: i, claims: {a: b}}, agentname: a      => did you mean agent_name?
            for: {issuer: i, claims: {a: b}}, rooms: lobby      => "rooms" is not a word of a credentials rule
            """)
    void a_mistake_is_reported_with_its_line(String words, String sentence) {
        var problems = problems("rules: []\ncredentials:\n- {name: one, " + words + "}\n");
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.get(0).startsWith("policy.yaml:3: ") && problems.get(0).contains(sentence),
                problems.get(0));
    }

    @Test
    void a_name_is_given_once_in_the_whole_file_and_is_as_a_rules() {
        var problems = problems("rules:\n- {name: one, for: authenticated, rooms: lobby}\ncredentials:\n- {name: one, "
                + GOOD + "}\n- {name: Two, for: {issuer: j, claims: {a: b}}}\n");
        assertEquals(2, problems.size(), problems.toString());
        assertEquals("policy.yaml:4: the rule on line 2 has the name one already", problems.get(0));
        assertTrue(problems.get(1).startsWith("policy.yaml:5: a rule's name is 1 to 63"), problems.get(1));
    }

    @Test
    void a_rule_that_an_earlier_one_hides_is_a_problem() {
        var problems = problems("credentials:\n- {name: one, " + GOOD + "}\n"
                + "- {name: two, for: {issuer: i, claims: {a: b, c: d}}}\n"
                + "- {name: three, for: {issuer: j, claims: {a: b}}}");
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.get(0).startsWith("policy.yaml:3: the rule two is never reached: the rule one on line 2"),
                problems.get(0));
    }

    @Test
    void a_policy_of_credentials_alone_is_complete() {
        assertEquals(List.of(), POLICY.warnings());
        assertEquals(List.of("support", "tenants", "ops"), POLICY.credentialsRuleNames());
        assertFalse(Policy.read("p", "credentials: []").warnings().isEmpty());
    }
}
