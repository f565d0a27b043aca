package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionsTest {

    @ParameterizedTest
    @CsvSource({"ann,ann", "Ж 日本,Ж 日本", "'a\u001b[2Jb',a?[2Jb", "'a\nb\tc',a?b?c", "a\u202eb,a?b", "a\u009bb,a?b"})
    void a_name_that_a_participant_chose_moves_no_terminal(String name, String shown) {
        assertEquals(shown, Sessions.printable(name));
    }
}
