package dev.keyturn.doctor;

import static dev.keyturn.doctor.Verdict.FAULT;
import static dev.keyturn.doctor.Verdict.OK;
import static dev.keyturn.doctor.Verdict.UNSEEN;
import static dev.keyturn.doctor.Verdict.WARNING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.policy.Policy;
import dev.keyturn.policy.PolicyException;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is thought of a key file, a ring and a policy. */
class KeyJudgementsTest {

    private static String lines(String... keys) {
        return Stream.of(keys).map(key -> key + ": \"" + TestKeys.secretOf(key) + "\"\n").collect(Collectors.joining());
    }

    private static List<Finding> file(String text, Optional<KeyRing> ring, String mode) {
        return new KeyFileCheckup("file", KeyLines.read(text, TestClock.START),
                Optional.ofNullable(mode).map(PosixFilePermissions::fromString), ring, true).look();
    }

    private static Finding secrets(String text) {
        return file(text, Optional.empty(), null).get(0);
    }

    private static Finding order(KeyRing ring, String... keys) {
        return file(lines(keys), Optional.of(ring), null).get(1);
    }

    @Test
    void a_short_secret_is_a_fault_that_names_its_key_and_not_the_secret() {
        var finding = secrets("APIweak: only-thirty-one-characters-long\n".replace("characters", "chars"));

        assertEquals(FAULT, finding.verdict());
        assertTrue(finding.found().startsWith("APIweak has a secret of "), finding.found());
        assertFalse(finding.toString().contains("only-thirty"), finding.toString());
    }

    @Test
    void secrets_that_protect_nothing_are_told() {
        assertEquals(FAULT, secrets("devkey: secret\n").verdict());
        assertTrue(secrets("devkey: secret\n").found().contains("public development secret"));
        assertEquals(FAULT, secrets("A: " + "x1y2".repeat(12) + "\nB: " + "x1y2".repeat(12) + "\n").verdict());
        assertEquals(WARNING, secrets("A: " + "a".repeat(40) + "\n").verdict());
        assertEquals(WARNING, secrets(lines("A", "B", "C", "D")).verdict());
        assertEquals(OK, secrets(lines("APIone", "APItwo")).verdict());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"''|it is empty", "'[a, b]'|does not hold lines", "'keys: {A: b}'|nested",
        "': {'|not YAML"})
    void what_livekit_would_not_start_with_is_a_fault(String text, String found) {
        var finding = file(text, Optional.empty(), null).get(0);

        assertEquals(FAULT, finding.verdict());
        assertTrue(finding.found().contains(found), finding.found());
    }

    @Test
    void a_key_that_is_in_it_twice_is_a_fault() {
        var finding = file(lines("APIone", "APIone"), Optional.empty(), null).get(0);

        assertTrue(finding.verdict() == FAULT && finding.found().contains("twice"), finding.toString());
    }

    @ParameterizedTest
    @CsvSource({"rw-------,OK", "rw-r-----,OK", "rw-r--r--,FAULT", "rw-----w-,FAULT", "rw------x,FAULT"})
    void others_have_no_right_to_it(String mode, Verdict verdict) {
        assertEquals(verdict, file(lines("APIone"), Optional.empty(), mode).get(1).verdict());
    }

    @Test
    void the_order_suits_the_ring() {
        var ring = TestKeys.ringOfThree();

        assertEquals(OK, order(ring, "APIold", "APInow", "APInew").verdict());
        assertEquals(OK, order(ring, "APInow", "APIold", "APInew").verdict(), "as it is before a key is withdrawn");
        assertEquals(FAULT, order(ring, "APInew", "APIold", "APInow").verdict());
        assertEquals(WARNING, order(ring, "APInow").verdict(), "the others may be on their way");
        assertEquals(FAULT, order(ring, "APIold", "APInew").verdict(), "the one that signs is not in it");
        assertEquals(FAULT, order(ring, "APIold", "APInow", "APIelse", "APInew").verdict());
    }

    @Test
    void without_a_ring_the_order_of_several_keys_cannot_be_judged_and_one_key_has_none() {
        assertEquals(UNSEEN, file(lines("APIone", "APItwo"), Optional.empty(), null).get(1).verdict());
        assertEquals(OK, file(lines("APIone"), Optional.empty(), null).get(1).verdict());
    }

    @Test
    void a_ring_whose_key_should_have_turned_is_warned_of() {
        var ring = TestKeys.ring("APIone");
        var month = Duration.ofDays(30);

        assertEquals(OK, RingCheckup.judge("x", ring, month, Duration.ofMinutes(30),
                TestClock.START.plus(month)).verdict());
        assertEquals(WARNING, RingCheckup.judge("x", ring, month, Duration.ofMinutes(30),
                TestClock.START.plus(month).plusSeconds(1_801)).verdict());
    }

    @Test
    void a_ring_with_a_key_that_others_know_is_a_fault() {
        var ring = TestKeys.ringOfThree().compromise(new ApiKey("APIold"));
        var finding = RingCheckup.judge("x", ring, Duration.ofDays(30), Duration.ofMinutes(30), TestClock.START);

        assertEquals(FAULT, finding.verdict());
        assertTrue(finding.found().endsWith("others may know APIold"), finding.found());
    }

    private static List<Finding> policy(String ttl, String more) throws PolicyException {
        return PolicyCheckup.judge(Policy.read("policy.yaml", """
                rules:
                  - {name: guests, for: anonymous, rooms: fresh, identity: guest-*, ttl: %s%s}
                """.formatted(ttl, more)));
    }

    @Test
    void tokens_of_hours_and_warnings_of_the_policy_are_warned_of() throws PolicyException {
        assertTrue(policy("5m", "").stream().allMatch(finding -> finding.verdict() == OK));
        assertEquals(WARNING, policy("2h", "").get(0).verdict());
        assertEquals(WARNING, policy("30s", "").get(0).verdict());
    }

    @Test
    void a_policy_with_mistakes_is_a_fault_and_none_is_not_seen() {
        assertEquals(FAULT, new PolicyCheckup(() -> Optional.of(Policy.read("p.yaml", "rules: 5"))).look().get(0)
                .verdict());
        assertEquals(UNSEEN, new PolicyCheckup(Optional::empty).look().get(0).verdict());
    }
}
