package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.doctor.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

class DoctorTableTest {

    @Test
    void each_item_has_a_line_and_below_it_what_to_do() {
        var table = DoctorTable.of(List.of(Finding.ok("node a:1: keys", "accepts APIone"),
                Finding.fault("TURN", "expired", "Renew it.")), Ansi.OFF);

        assertEquals("""
                ITEM            VERDICT  FOUND
                node a:1: keys  ok       accepts APIone
                TURN            FAULT    expired
                                         Renew it.

                1 fault, 0 warnings, 0 unseen, 1 ok
                """, table.replace(System.lineSeparator(), "\n"));
    }

    @Test
    void long_sentences_are_wrapped_at_words() {
        var table = DoctorTable.of(List.of(Finding.fault("x", "word ".repeat(60).strip(), "do ".repeat(90).strip())),
                Ansi.OFF);

        assertTrue(table.lines().allMatch(line -> line.length() <= 120), table);
        assertEquals(60, table.split("word", -1).length - 1);
    }

    @Test
    void colours_do_not_move_the_columns() {
        var plain = DoctorTable.of(List.of(Finding.ok("a", "b")), Ansi.OFF);
        var coloured = DoctorTable.of(List.of(Finding.ok("a", "b")), Ansi.ON);

        assertEquals(plain, coloured.replaceAll("\u001B\\[[0-9;]*m", ""));
        assertTrue(coloured.contains("\u001B["));
    }
}
