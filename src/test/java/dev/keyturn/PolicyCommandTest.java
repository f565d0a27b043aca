package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PolicyCommandTest {

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String policy;
    private String claims;

    private int run(String... arguments) {
        return new CommandLine(new PolicyCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    @BeforeEach
    void a_policy_and_a_caller() throws IOException {
        policy = file("policy.yaml", "rules: [{name: one, for: authenticated, rooms: [\"{tenant}:*\"], ttl: 1h}]");
        claims = file("claims.json", "{\"iss\": \"https://id.example.com\", \"sub\": \"ada\", \"tenant\": \"acme\"}");
    }

    @Test
    void check_says_ok_how_many_rules_and_the_longest_ttl() {
        assertEquals(0, run("check", policy));
        assertEquals("ok: 1 rule, longest ttl 1h", out.toString().strip());
    }

    @Test
    void check_prints_every_problem_on_standard_error_and_ends_with_1() throws IOException {
        assertEquals(1, run("check", file("wrong.yaml", "rules:\n- name: One\n  for: nobody\n  rooms: []\n")));
        assertEquals(3, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().contains("wrong.yaml:3: "), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void a_file_that_cannot_be_read_ends_with_2() {
        assertEquals(2, run("check", directory.resolve("none").toString()));
        assertTrue(err.toString().contains("cannot read"), err.toString());
    }

    @Test
    void explain_shows_what_the_caller_gets() throws IOException {
        var body = file("body.json", "{\"room_name\": \"acme:board\"}");
        assertEquals(0, run("explain", policy, "--claims", claims, "--body", body));
        assertTrue(out.toString().contains("granted by one"), out.toString());
        assertTrue(out.toString().contains("acme:board"), out.toString());
    }

    @Test
    void explain_ends_with_3_when_the_caller_is_refused() {
        assertEquals(3, run("explain", policy, "--anonymous"));
        assertTrue(out.toString().contains("one: not for this caller: the caller is anonymous"), out.toString());
    }

    @Test
    void check_counts_the_rules_for_credentials_too() throws IOException {
        assertEquals(0, run("check", file("agents.yaml",
                "credentials: [{name: agent, for: {issuer: \"https://id.example.com\", claims: {tenant: acme}}}]")));
        assertEquals("ok: 0 rules, 1 for credentials, longest ttl 0s", out.toString().strip());
    }

    @Test
    void explain_says_whose_credentials_the_caller_would_get_and_why() throws IOException {
        var agents = file("agents.yaml", """
                credentials:
                  - {name: other, for: {issuer: "https://id.example.com", claims: {tenant: zeta}}}
                  - {name: agent, for: {issuer: "https://id.example.com", claims: {tenant: acme}},
                     agent_name: "a-{tenant}"}
                """);
        assertEquals(0, run("explain", agents, "--claims", claims, "--credentials"));
        assertTrue(out.toString().contains("other: not for this caller: the claim tenant is \"acme\""), out.toString());
        assertTrue(out.toString().contains("credentials by agent\n  agent_name   a-acme"), out.toString());
        assertEquals(3, run("explain", agents, "--anonymous", "--credentials"));
        assertEquals(2, run("explain", agents, "--anonymous", "--credentials", "--body", claims));
        assertEquals(0, run("explain", agents, "--claims", claims, "--credentials", "--json"));
        assertTrue(out.toString().contains("\"agent_name\" : \"a-acme\""), out.toString());
    }

    @Test
    void explain_prints_json_for_programs() throws IOException {
        assertEquals(0, run("explain", policy, "--claims", claims, "--json"));
        var json = new ObjectMapper().readTree(out.toString());
        assertEquals("granted", json.path("decision").asText());
        assertEquals(3600, json.path("ttl_seconds").asInt());
        assertEquals("DECIDED", json.path("rules").path(0).path("outcome").asText());
    }

    @Test
    void explain_wants_to_know_who_asks() {
        assertEquals(2, run("explain", policy));
        assertTrue(err.toString().contains("say either --claims or --anonymous"), err.toString());
    }

    @Test
    void the_help_shows_examples_and_exit_codes() {
        assertEquals(0, run("explain", "--help"));
        assertTrue(out.toString().contains("keyturn policy explain policy.yaml --anonymous"), out.toString());
        assertTrue(out.toString().contains("the caller is refused"), out.toString());
    }
}
