package dev.keyturn.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CasingTest {

    @ParameterizedTest
    @CsvSource({"roomName,room_name", "room_name,room_name", "minPlayoutDelay,min_playout_delay", "name,name", "'',''",
        "RoomName,_room_name", "roomÉ,roomÉ", "a1B,a1_b"})
    void both_casings_of_a_field_have_one_snake_case_name(String name, String snake) {
        assertEquals(snake, Casing.snake(name));
    }
}
