package dev.keyturn.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExaminationTest {

    /** Looks as it is told to. */
    private interface Look {
        List<Finding> look() throws InterruptedException;
    }

    private static Checkup checkup(String subject, Look look) {
        return new Checkup() {
            @Override
            public String subject() {
                return subject;
            }

            @Override
            public List<Finding> look() throws InterruptedException {
                return look.look();
            }
        };
    }

    @Test
    void all_look_side_by_side_and_the_order_is_that_of_the_checkups() throws InterruptedException {
        var second = new CountDownLatch(1);
        var findings = new Examination(List.of(
                checkup("a", () -> {
                    second.await(); // one after another, it would wait for ever
                    return List.of(Finding.ok("a", "there"));
                }),
                checkup("b", () -> {
                    second.countDown();
                    return List.of(Finding.ok("b", "there"));
                })), Duration.ofSeconds(30)).take();

        assertEquals(List.of("a", "b"), findings.stream().map(Finding::item).toList());
        assertEquals(List.of(Verdict.OK, Verdict.OK), findings.stream().map(Finding::verdict).toList());
    }

    @Test
    void one_that_hangs_or_fails_does_not_spoil_the_others() throws InterruptedException {
        var findings = new Examination(List.of(
                checkup("hangs", () -> {
                    new CountDownLatch(1).await();
                    return List.of();
                }),
                checkup("fails", () -> {
                    throw new IllegalStateException("quotes a secret");
                }),
                Doctor.said(Finding.ok("is well", "there"))), Duration.ofMillis(300)).take();

        assertEquals(List.of(Verdict.UNSEEN, Verdict.UNSEEN, Verdict.OK),
                findings.stream().map(Finding::verdict).toList());
        assertFalse(findings.toString().contains("secret"), findings.toString());
    }

    @Test
    void a_finding_that_is_not_ok_says_what_to_do() {
        assertThrows(IllegalArgumentException.class, () -> Finding.fault("a", "b", " "));
    }

    @Test
    void what_a_stranger_says_is_short_and_harmless() {
        assertEquals("a?[31mb?c", Words.printable("a\u001b[31mb\nc"));
        assertEquals(123, Words.printable("x".repeat(500)).length());
    }
}
