package dev.keyturn.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookEventTest {

    private static WebhookEvent read(String body) throws BadBodyException {
        return WebhookEvent.read(body.getBytes(UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "\"room\":{\"sid\":\"RM_1\",\"name\":\"a\"} | a",
        "\"egressInfo\":{\"egressId\":\"EG_1\",\"roomName\":\"b\"} | b",
        "\"ingressInfo\":{\"roomName\":\"c\"} | c",
        "\"room\":null | ``", "\"room\":{\"name\":\"\"} | ``", "\"room\":\"a\" | ``"})
    void events_are_in_the_order_of_their_room(String member, String order) throws BadBodyException {
        assertEquals(order, read("{\"event\":\"x\"," + member + "}").order());
    }

    @Test
    void an_event_without_an_id_is_known_by_its_body() throws BadBodyException {
        assertEquals("EV_1", read("{\"event\":\"x\",\"id\":\"EV_1\"}").id());
        assertEquals(read("{\"event\":\"x\"}").id(), read("{\"event\":\"x\"}").id());
        assertNotEquals(read("{\"event\":\"x\"}").id(), read("{\"event\":\"y\"}").id());
        assertEquals(44, read("{\"event\":\"x\",\"id\":\"" + "i".repeat(100_000) + "\"}").id().length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "1", "\"canary\"", "{}", "{\"event\":1}", "{\"event\":null}", "{",
        "{\"event\":\"canary\"}}", "{\"event\":\"canary\"", "canary"})
    void what_is_no_event_is_refused_and_not_repeated(String body) {
        var refused = assertThrows(BadBodyException.class, () -> read(body));
        assertFalse(refused.getMessage().contains("canary"), refused.getMessage());
    }

    @Test
    void what_is_no_utf_8_or_nested_without_end_is_refused() {
        assertThrows(BadBodyException.class, () -> WebhookEvent.read(new byte[] {'{', '"', (byte) 0xc3, '"', '}'}));
        assertThrows(BadBodyException.class, () -> read("{\"event\":" + "[".repeat(100_000)));
    }
}
