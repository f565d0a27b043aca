package dev.keyturn.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.policy.TokenRequest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random bodies: each is read or refused, and what is read means the same when it is written down and read again. */
class TokenRequestFuzzTest {

    private static final int BODIES = 25_000;

    private static final List<String> NAMES = List.of("room_name", "roomName", "participant_identity",
            "participantName", "participant_metadata", "participant_attributes", "participantAttributes",
            "room_config", "roomConfig", "agents", "agent_name", "agentName", "metadata", "deployment",
            "attributes", "tags", "name", "empty_timeout", "emptyTimeout",
            "maxParticipants", "sync_streams", "egress", "kind", "roomAdmin", "foreign", "", "é");
    private static final List<String> SCALARS = List.of("null", "true", "false", "0", "1", "-1", "1.5",
            "4294967295", "4294967296",
            "1e999", "\"\"", "\"text\"", "\"\\ud83d\\ude00\"", "\"\\ud800\"", "\"\\u0000\"", "\"會議\"", "nul", "\"");

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void a_body_is_read_or_refused_and_what_is_read_reads_the_same_again(long seed) {
        var random = new Random(seed);
        var good = 0;
        for (int i = 0; i < BODIES; i++) {
            var body = (random.nextInt(3) == 0 ? shaped(random) : value(random, 0)).getBytes(UTF_8);
            for (int times = random.nextInt(3); times > 0 && body.length > 0; times--) {
                body = mutated(body, random);
            }
            var number = i;
            var bytes = body;
            Supplier<String> what = () -> "seed " + seed + ", body " + number + ": " + new String(bytes, UTF_8);
            try {
                var request = TokenRequestReader.read(body).request();
                var again = TokenRequestReader.read(canonical(request));
                assertEquals(request, again.request(), what);
                assertEquals(0, again.unknownFields(), what);
                good++;
            } catch (BadBodyException e) {
                assertTrue(e.getMessage().contains(e.field()), what);
                assertFalse(e.getMessage().isBlank(), what);
            } catch (Exception e) {
                fail(what.get(), e);
            }
        }
        assertTrue(good > BODIES / 50 && good < BODIES * 49 / 50,
                "seed " + seed + ": " + good + " of the bodies were good");
    }

    private static String value(Random random, int depth) {
        return switch (depth > 5 ? 2 : random.nextInt(depth == 0 ? 2 : 4)) {
            case 0 -> object(random, depth);
            case 1 -> depth == 0
                    ? object(random, depth)
                    : "[" + value(random, depth + 1) + "," + value(random, depth + 1) + "]";
            default -> SCALARS.get(random.nextInt(SCALARS.size()));
        };
    }

    private static String object(Random random, int depth) {
        var fields = new StringBuilder("{");
        for (int count = random.nextInt(4); count > 0; count--) {
            fields.append('"').append(NAMES.get(random.nextInt(NAMES.size()))).append("\":")
                    .append(value(random, depth + 1)).append(count > 1 ? "," : "");
        }
        return fields.append('}').toString();
    }

    /** A body of the right shape, of which a mutation makes one that nearly is. */
    private static String shaped(Random random) {
        var n = random.nextInt(3);
        return "{\"room_name\":\"r" + n + "\",\"participantIdentity\":\"\","
                + "\"participant_attributes\":{\"a\":\"" + n + "\",\"b\":null},"
                + "\"roomConfig\":{\"emptyTimeout\":" + n + ",\"sync_streams\":" + (n == 1)
                + ",\"agents\":[{\"agent_name\":\"x\","
                + "\"attributes\":{\"k\":\"\"}},{}],\"tags\":{\"t\":\"\\u00e9\"}},\"unknown\":[{}]}";
    }

    private static byte[] mutated(byte[] body, Random random) {
        var at = random.nextInt(body.length);
        var copy = body.clone();
        switch (random.nextInt(4)) {
            case 0 -> copy[at] = (byte) random.nextInt(256);
            case 1 -> copy[at] = (byte) "{}[]\",:0\\ ".charAt(random.nextInt(10));
            case 2 -> copy = Arrays.copyOf(body, at);
            default -> {
                var length = Math.min(random.nextInt(20), body.length - at);
                System.arraycopy(body, random.nextInt(body.length - length + 1), copy, at, length);
            }
        }
        return copy;
    }

    private static byte[] canonical(TokenRequest request) throws Exception {
        var room = request.roomConfig();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", room.name());
        config.put("empty_timeout", room.emptyTimeout());
        config.put("departure_timeout", room.departureTimeout());
        config.put("max_participants", room.maxParticipants());
        config.put("metadata", room.metadata());
        config.put("min_playout_delay", room.minPlayoutDelay());
        config.put("max_playout_delay", room.maxPlayoutDelay());
        config.put("sync_streams", room.syncStreams());
        config.put("agents", room.agents().stream().map(agent -> Map.of("agent_name", agent.agentName(), "metadata",
                agent.metadata(), "deployment", agent.deployment(), "attributes", agent.attributes())).toList());
        config.put("tags", room.tags());
        return JSON.writeValueAsBytes(Map.of("room_name", request.room(), "participant_identity", request.identity(),
                "participant_name", request.name(), "participant_metadata", request.metadata(),
                "participant_attributes", request.attributes(), "room_config", config));
    }
}
