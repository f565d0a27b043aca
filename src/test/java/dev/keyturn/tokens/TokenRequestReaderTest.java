package dev.keyturn.tokens;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.RoomConfig.AgentDispatch;
import dev.keyturn.policy.TokenRequest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenRequestReaderTest {

    private static TokenRequest read(String body) throws BadBodyException {
        return TokenRequestReader.read(body.getBytes(UTF_8)).request();
    }

    private static BadBodyException refused(byte[] body) {
        var refusal = assertThrows(BadBodyException.class, () -> TokenRequestReader.read(body));
        assertFalse((refusal.getMessage() + refusal.field()).contains("canary"), refusal.getMessage());
        assertTrue(refusal.getMessage().length() < 400, refusal.getMessage());
        assertTrue(refusal.getMessage().contains(refusal.field()), refusal.getMessage());
        return refusal;
    }

    private static BadBodyException refused(String body) {
        return refused(body.getBytes(UTF_8));
    }

    // --- what the SDKs send ------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {
        "", " \r\n\t ", "null", "{}", // JS and Unity send {}, others nothing at all
        "{\"room_config\":{}}", "{\"roomConfig\":{}}", // Swift, Android, Flutter
        "{\"room_name\":\"\",\"participant_name\":\"\",\"participant_identity\":\"\",\"participant_metadata\":\"\"}",
        "{\"room_name\":null,\"participant_attributes\":null,\"room_config\":null}",
        "{\"participant_attributes\":{},\"room_config\":{\"agents\":[],\"tags\":{},\"name\":\"\",\"metadata\":\"\"}}",
        "{\"room_config\":{\"agents\":null,\"tags\":null,\"egress\":null,"
                + "\"empty_timeout\":null,\"sync_streams\":null}}",
        "{\"room_config\":{\"empty_timeout\":0,\"max_participants\":0,\"sync_streams\":false,\"egress\":{}}}",
        "{\"room_config\":{\"minPlayoutDelay\":-0}}", "\uFEFF{}"})
    void a_body_in_which_nothing_is_set_asks_for_anything(String body) throws Exception {
        var read = TokenRequestReader.read(body.getBytes(UTF_8));

        assertEquals(TokenRequest.ANYTHING, read.request());
        assertEquals(0, read.unknownFields());
    }

    private static final TokenRequest ALL_OPTIONS = new TokenRequest("standup", "alice", "Alice", "{\"role\":\"host\"}",
            Map.of("team", "blue", "roomName", "left alone"),
            new RoomConfig("", null, null, null, "", null, null, null,
                    List.of(new AgentDispatch("helper", "for alice", "staging", Map.of("lang", "de"))), Map.of()));

    /** JS, Swift, Android, Flutter and Unity write snake_case, with their options in this order. */
    private static final String SNAKE = """
            {"room_name":"standup","participant_name":"Alice","participant_identity":"alice",
             "participant_metadata":"{\\"role\\":\\"host\\"}",
             "participant_attributes":{"team":"blue","roomName":"left alone"},
             "room_config":{"agents":[{"agent_name":"helper","metadata":"for alice","deployment":"staging",
                                       "attributes":{"lang":"de"}}]}}""";

    /** protobuf's own JSON, as older versions and other servers' clients write it. */
    private static final String CAMEL = """
            {"roomName":"standup","participantName":"Alice","participantIdentity":"alice",
             "participantMetadata":"{\\"role\\":\\"host\\"}",
             "participantAttributes":{"team":"blue","roomName":"left alone"},
             "roomConfig":{"agents":[{"agentName":"helper","metadata":"for alice","deployment":"staging",
                                      "attributes":{"lang":"de"}}]}}""";

    @ParameterizedTest
    @ValueSource(strings = {SNAKE, CAMEL})
    void all_options_of_the_sdks_are_read_in_both_casings(String body) throws Exception {
        assertEquals(ALL_OPTIONS, read(body));
    }

    @Test
    void both_casings_may_be_mixed_in_one_body() throws Exception {
        var request = read("{\"roomName\":\"r\",\"participant_identity\":\"i\"}");
        assertEquals("r", request.room());
        assertEquals("i", request.identity());
    }

    @Test
    void the_whole_room_configuration_is_read() throws Exception {
        var request = read("""
                {"room_config":{"name":"n","empty_timeout":300,"departureTimeout":20,"max_participants":4294967295,
                 "metadata":"m","min_playout_delay":1,"maxPlayoutDelay":2,"sync_streams":true,
                 "agents":[{},{"agentName":"b"}],"tags":{"tenant":"blue"}}}""");

        assertEquals(new RoomConfig("n", 300L, 20L, 4294967295L, "m", 1L, 2L, true,
                List.of(new AgentDispatch("", "", "", Map.of()), new AgentDispatch("b", "", "", Map.of())),
                Map.of("tenant", "blue")), request.roomConfig());
    }

    @Test
    void text_is_read_whatever_it_is_made_of() throws Exception {
        assertEquals("Zoë \uD83D\uDE00 \u0000\n\"\\/ 会议",
                read("{\"room_name\":\"Zo\\u00eb \\ud83d\\ude00 \\u0000\\n\\\"\\\\\\/ 会议\"}").room());
    }

    @Test
    void an_attribute_may_be_empty_and_one_that_is_null_is_not_set() throws Exception {
        assertEquals(Map.of("a", ""), read("{\"participant_attributes\":{\"a\":\"\",\"b\":null}}").attributes());
    }

    // --- unknown fields ----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"new_field\":1} | 1",
        "{\"new_field\":{\"room_name\":[{}]},\"another\":[1,[2]],\"room_name\":\"\"} | 2",
        "{\"room_config\":{\"x\":1,\"agents\":[{\"y\":{}},{\"y\":null,\"z\":\"\"}]}} | 4",
        "{\"ROOM_NAME\":\"canary\",\"RoomName\":\"canary\"} | 2",
        "{\"video\":{\"roomAdmin\":true},\"attributes\":{\"kind\":\"agent\"}} | 2"})
    void unknown_fields_are_passed_over_and_counted(String body, int count) throws Exception {
        var read = TokenRequestReader.read(body.getBytes(UTF_8));

        assertEquals(count, read.unknownFields());
        assertEquals("", read.request().room());
    }

    // --- what is refused ---------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"room_name\":\"canary\",\"room_name\":\"canary\"} | room_name",
        "{\"roomName\":\"canary\",\"roomName\":\"canary\"} | room_name",
        "{\"room_name\":\"canary\",\"roomName\":\"canary\"} | room_name",
        "{\"room_name\":null,\"roomName\":null} | room_name",
        "{\"room_config\":{\"empty_timeout\":1,\"emptyTimeout\":1}} | room_config.empty_timeout",
        "{\"room_config\":{\"metadata\":\"canary\",\"metadata\":\"\"}} | room_config.metadata",
        "{\"roomConfig\":{\"agents\":[{},{\"agentName\":\"canary\",\"agentName\":\"\"}]}}"
                + " | room_config.agents[1].agent_name",
        "{\"roomConfig\":{\"agents\":[{\"agentName\":\"canary\",\"agent_name\":\"\"}]}}"
                + " | room_config.agents[0].agent_name",
        "{\"participant_attributes\":{\"a\":\"canary\",\"a\":\"canary\"}} | participant_attributes.a",
        "{\"room_config\":{\"tags\":{\"a\":\"canary\",\"a\":\"canary\"}}} | room_config.tags.a",
        "{\"foreign\":1,\"foreign\":2} | foreign",
        "{\"foreign\":{\"x\":[{\"y\":\"canary\",\"y\":1}]}} | foreign.x[0].y"})
    void a_field_given_twice_is_refused_by_its_path(String body, String field) {
        assertEquals(field, refused(body).field());
    }

    @Test
    void attributes_that_differ_in_casing_only_are_two() throws Exception {
        assertEquals(2, read("{\"participant_attributes\":{\"my_key\":\"1\",\"myKey\":\"2\"}}").attributes().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\r\\nSet-Cookie: x", "\\u0000", "é", "\\ud83d\\ude00"})
    void a_field_whose_name_cannot_be_shown_is_named_without_what_cannot(String name) {
        var field = refused("{\"x" + name + "\":1,\"x" + name + "\":2}").field();
        assertTrue(field.matches("x[ -~]*"), field);
    }

    @Test
    void the_name_of_a_field_is_not_repeated_at_full_length() {
        var name = "x".repeat(40_000);
        assertTrue(refused("{\"" + name + "\":1,\"" + name + "\":2}").field().length() < 100);
        assertTrue(refused("{\"aB" + name + "\":1,\"a_b" + name + "\":2}").field().length() < 100);
    }

    static Stream<String[]> wrong_types() {
        var number = List.of("\"canary\"", "true", "[]", "{}", "-1", "1.0", "1e2", "4294967296",
                "99999999999999999999", "-99999999999999999999");
        var text = List.of("1", "true", "false", "[]", "{}", "[\"canary\"]", "{\"canary\":1}");
        var flag = List.of("\"true\"", "1", "0", "[]", "{}");
        var object = List.of("\"canary\"", "1", "true", "[]", "[{\"canary\":1}]", "\"\"");
        var list = List.of("\"canary\"", "1", "false", "{}", "{\"canary\":1}");
        return Stream.of(
                        cases("room_name", "{\"room_name\":%s}", text),
                        cases("participant_identity", "{\"participantIdentity\":%s}", text),
                        cases("participant_name", "{\"participant_name\":%s}", text),
                        cases("participant_metadata", "{\"participant_metadata\":%s}", text),
                        cases("participant_attributes", "{\"participant_attributes\":%s}", object),
                        cases("participant_attributes", "{\"participant_attributes\":{\"a\":%s}}", text),
                        cases("room_config", "{\"roomConfig\":%s}", object),
                        cases("room_config.name", "{\"room_config\":{\"name\":%s}}", text),
                        cases("room_config.metadata", "{\"room_config\":{\"metadata\":%s}}", text),
                        cases("room_config.empty_timeout", "{\"room_config\":{\"emptyTimeout\":%s}}", number),
                        cases("room_config.departure_timeout", "{\"room_config\":{\"departure_timeout\":%s}}", number),
                        cases("room_config.max_participants", "{\"room_config\":{\"max_participants\":%s}}", number),
                        cases("room_config.min_playout_delay", "{\"room_config\":{\"min_playout_delay\":%s}}", number),
                        cases("room_config.max_playout_delay", "{\"room_config\":{\"max_playout_delay\":%s}}", number),
                        cases("room_config.sync_streams", "{\"room_config\":{\"sync_streams\":%s}}", flag),
                        cases("room_config.tags", "{\"room_config\":{\"tags\":%s}}", object),
                        cases("room_config.tags", "{\"room_config\":{\"tags\":{\"a\":%s}}}", text),
                        cases("room_config.egress", "{\"room_config\":{\"egress\":%s}}", object),
                        cases("room_config.egress", "{\"room_config\":{\"egress\":%s}}",
                                List.of("{\"room\":\"canary\"}", "{\"x\":null}")),
                        cases("room_config.agents", "{\"room_config\":{\"agents\":%s}}", list),
                        cases("room_config.agents[0]", "{\"room_config\":{\"agents\":[%s]}}", object),
                        cases("room_config.agents[1]", "{\"room_config\":{\"agents\":[{},null]}}%s", List.of("")),
                        cases("room_config.agents[0].agent_name",
                                "{\"room_config\":{\"agents\":[{\"agentName\":%s}]}}", text),
                        cases("room_config.agents[0].metadata",
                                "{\"room_config\":{\"agents\":[{\"metadata\":%s}]}}", text),
                        cases("room_config.agents[0].deployment",
                                "{\"room_config\":{\"agents\":[{\"deployment\":%s}]}}", text),
                        cases("room_config.agents[0].attributes",
                                "{\"room_config\":{\"agents\":[{\"attributes\":%s}]}}", object))
                .flatMap(each -> each);
    }

    private static Stream<String[]> cases(String field, String body, List<String> values) {
        return values.stream().map(value -> new String[] {field, String.format(body, value)});
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("wrong_types")
    void a_value_of_the_wrong_type_is_refused_by_its_path(String field, String body) {
        assertEquals(field, refused(body).field());
    }

    @ParameterizedTest
    @CsvSource({"kind,kind", "hidden,hidden", "recorder,recorder", "agent,agent",
        "room_admin,room_admin", "roomAdmin,room_admin",
        "room_create,room_create", "roomCreate,room_create", "room_record,room_record", "roomRecord,room_record"})
    void what_nobody_may_ask_for_is_refused_whatever_it_is_set_to(String name, String field) {
        for (var value : List.of("true", "false", "null", "\"canary\"", "{}")) {
            assertEquals(field, refused("{\"" + name + "\":" + value + "}").field());
        }
    }

    @Test
    void sixteen_levels_are_read_and_seventeen_are_refused() throws Exception {
        assertEquals(TokenRequest.ANYTHING, read("{\"x\":" + "[".repeat(15) + "]".repeat(15) + "}"));
        refused("{\"x\":" + "[".repeat(16) + "]".repeat(16) + "}");
        refused("{\"x\":" + "[".repeat(30_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "\\udc00", "\\udc00\\ud800", "a\\ud83dz", "\\ud83d\\ud83d\\ude00"})
    void half_a_character_is_refused(String text) {
        assertEquals("room_name", refused("{\"room_name\":\"" + text + "\"}").field());
        assertEquals("participant_attributes",
                refused("{\"participant_attributes\":{\"a\":\"" + text + "\"}}").field());
        refused("{\"participant_attributes\":{\"" + text + "\":\"a\"}}");
        assertEquals("room_config.agents[0].metadata",
                refused("{\"room_config\":{\"agents\":[{\"metadata\":\"" + text + "\"}]}}").field());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[{}]", "\"canary\"", "1", "true", "{} {}", "{}canary", "{},", "null null",
        "{", "}", "{\"room_name\"", "{\"room_name\":", "{\"room_name\":\"canary", "{\"room_name\":\"canary\"",
        "{room_name:\"canary\"}", "{'room_name':'canary'}", "{\"room_name\":\"canary\",}", "{\"room_name\":canary}",
        "{\"x\":NaN}", "{\"x\":01}", "{\"x\":+1}", "{\"x\":\"\\q\"}", "// canary\n{}",
        "room_name=canary", "{\"x\":\"a\nb\"}", "\u0000"})
    void what_is_no_json_object_is_refused_as_a_whole(String body) {
        assertEquals("", refused(body).field());
    }

    @Test
    void bytes_that_are_no_utf_8_are_refused() {
        // one alone, overlong, half a surrogate pair, beyond Unicode, cut short
        for (var bad : List.of("\u00ff", "\u00c0\u00af", "\u00ed\u00a0\u0080", "\u00f5\u0080\u0080\u0080",
                "\u00e2\u0082")) {
            refused(("{\"room_name\":\"" + bad + "\"}").getBytes(ISO_8859_1));
            refused(("{\"" + bad + "\":1}").getBytes(ISO_8859_1));
            refused(bad.getBytes(ISO_8859_1));
        }
    }

    @Test
    void a_number_of_a_thousand_digits_is_refused() {
        refused("{\"x\":" + "9".repeat(2_000) + "}");
        refused("{\"room_config\":{\"empty_timeout\":" + "9".repeat(900) + "}}");
    }
}
