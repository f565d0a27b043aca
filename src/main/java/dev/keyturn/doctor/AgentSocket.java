package dev.keyturn.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.keyturn.keys.Hmac;
import dev.keyturn.keys.SignedJwt;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.NodeProblem;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;

/**
 * LiveKit's {@code /agent} WebSocket, where a worker that registers is told which version LiveKit is. It opens no room:
 * the token holds nothing but {@code video.agent}, and the worker a name that nobody dispatches jobs to. It is gone at
 * once.
 *
 * <p>LiveKit answers in JSON to whoever speaks it (pkg/service/agentservice.go), so no protobuf is needed. Of the
 * WebSocket protocol (RFC 6455) it knows a text there and a text back.
 *
 * <p>With that token a stranger could register a worker too: over TLS it is sent only to whom clients would trust, and
 * without TLS only where agents themselves go, to a node's own address.
 */
final class AgentSocket {

    private static final Duration TTL = Duration.ofSeconds(30);
    private static final int LONGEST = 64 * 1024;
    private static final int FRAMES = 8;
    private static final int TEXT = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Duration timeout;
    private final Certificates certificates;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    AgentSocket(Duration timeout, Certificates certificates, Clock clock) {
        this.timeout = timeout;
        this.certificates = certificates;
        this.clock = clock;
    }

    /**
     * @param status     of the upgrade: 101 if it is a WebSocket; 0 if nothing came
     * @param serverInfo what LiveKit says of itself; missing if it said nothing
     * @param problem    why nothing came, as a phrase; may be empty
     */
    record Answer(int status, JsonNode serverInfo, String problem) {}

    Answer register(Endpoint endpoint, SigningKey key) {
        try (var connection = Connection.open(endpoint, timeout)) {
            if (!connection.isTrusted(certificates)) {
                return new Answer(0, MissingNode.getInstance(), Http.NOT_TRUSTED);
            }
            var headers = new LinkedHashMap<String, String>();
            headers.put("Connection", "Upgrade");
            headers.put("Upgrade", "websocket");
            headers.put("Sec-WebSocket-Version", "13");
            headers.put("Sec-WebSocket-Key", Base64.getEncoder().encodeToString(bytes(16)));
            headers.put("Authorization", "Bearer " + token(key));
            connection.out().write(Http.request(endpoint, "GET", "/agent", headers, ""));
            connection.out().flush();
            var upgrade = Http.read(connection, true);
            if (upgrade.status() != 101) {
                return new Answer(upgrade.status(), MissingNode.getInstance(), upgrade.problem());
            }
            var register = JsonNodeFactory.instance.objectNode();
            register.putObject("register").put("type", "JT_ROOM").put("version", "0")
                    .put("agentName", "keyturn-doctor-" + Long.toHexString(random.nextLong()));
            connection.out().write(frame(TEXT, register.toString().getBytes(StandardCharsets.UTF_8)));
            connection.out().flush();
            var info = serverInfo(new DataInputStream(connection.in()));
            connection.out().write(frame(8, new byte[] {3, (byte) 0xe8})); // 1000: it was all
            return new Answer(101, info, "");
        } catch (IOException | RuntimeException e) {
            return new Answer(0, MissingNode.getInstance(), NodeProblem.of(e, timeout));
        }
    }

    private String token(SigningKey key) {
        var claims = JsonNodeFactory.instance.objectNode()
                .put("iss", key.key().value())
                .put("sub", "keyturn-doctor")
                .put("exp", clock.instant().plus(TTL).getEpochSecond());
        claims.putObject("video").put("agent", true);
        return SignedJwt.of(Hmac.keyed(key.secret()), claims.toString().getBytes(StandardCharsets.UTF_8));
    }

    private byte[] frame(int opcode, byte[] payload) {
        var mask = bytes(4);
        var frame = new byte[6 + payload.length];
        frame[0] = (byte) (0x80 | opcode);
        frame[1] = (byte) (0x80 | payload.length); // less than 126, and masked as a client's has to be
        System.arraycopy(mask, 0, frame, 2, 4);
        for (int i = 0; i < payload.length; i++) {
            frame[6 + i] = (byte) (payload[i] ^ mask[i % 4]);
        }
        return frame;
    }

    private static JsonNode serverInfo(DataInputStream in) throws IOException {
        for (int i = 0; i < FRAMES; i++) {
            var opcode = in.readUnsignedByte() & 0x0f;
            long length = in.readUnsignedByte() & 0x7f;
            length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
            if (length < 0 || length > LONGEST) {
                throw new IOException("too long");
            }
            var payload = in.readNBytes((int) length);
            if (opcode == TEXT) {
                return JSON.readTree(payload).at("/register/serverInfo");
            }
        }
        return MissingNode.getInstance();
    }

    private byte[] bytes(int number) {
        var bytes = new byte[number];
        random.nextBytes(bytes);
        return bytes;
    }
}
