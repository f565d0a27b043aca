package dev.keyturn.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormBodyTest {

    private static String token(String body) throws BadBodyException {
        return FormBody.required(body.getBytes(UTF_8), "token");
    }

    @ParameterizedTest
    @CsvSource({"token=a.b.c,a.b.c", "token_type_hint=access_token&token=a,a", "x&token=a&y=&=z&,a", "token=a%2Eb,a.b",
        "token=a=b,a=b", "%74oken=a,a", "token=a+b,a b"})
    void a_field_is_found_and_decoded(String body, String value) throws BadBodyException {
        assertEquals(value, token(body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&", "=", "token", "token=", "tokens=a", "Token=a", "{\"token\":\"a\"}"})
    void a_field_that_is_missing_or_empty_is_named(String body) {
        var refused = assertThrows(BadBodyException.class, () -> token(body));
        assertEquals("token", refused.field());
        assertTrue(refused.getMessage().contains("missing"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"token=a&token=b", "token=a&token", "token=%", "token=%zz", "%=&token=a", "token=a%2"})
    void a_field_that_is_there_twice_or_badly_encoded_is_refused(String body) {
        assertThrows(BadBodyException.class, () -> token(body));
    }
}
