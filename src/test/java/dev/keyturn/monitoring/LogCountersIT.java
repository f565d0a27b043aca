package dev.keyturn.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.Participants;
import dev.keyturn.servers.Ports;
import dev.keyturn.servers.ServerBinary;
import io.livekit.server.AccessToken;
import io.livekit.server.RoomJoin;
import io.livekit.server.RoomName;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitRoom.RoomConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What k8s/monitoring/logs/livekit.mtail makes of a real LiveKit's log. */
@NeedsServer({ServerBinary.MTAIL, ServerBinary.LIVEKIT, ServerBinary.PYTHON_AGENTS, ServerBinary.COTURN})
class LogCountersIT {

    private static final String KEY = "APIkeyAAAAAAAAA";
    private static final String SECRET = "no-secret-of-anybody-but-of-a-test-only";
    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    @TempDir
    private Path folder;

    @Test
    void it_counts_joins_by_their_way_refused_credentials_of_turn_and_jobs_that_no_agent_takes() throws Exception {
        var turn = Ports.free();
        var options = """
                logging: {json: true}
                turn: {enabled: true, domain: turn.example.com, udp_port: %d}
                """.formatted(turn);
        try (var liveKit = LiveKitServer.start(Map.of(KEY, SECRET), options); var people = Participants.start()) {
            people.join("alice", liveKit.wsUrl(), token());
            assertTrue(people.await("alice", "joined", Duration.ofSeconds(30)).isPresent(), liveKit::log);
            allocate(turn, "APIunknown|PA_x|4000000000");
            allocate(turn, KEY + "|PA_x|1000");
            HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(liveKit.url()))
                    .header("Authorization", "garbage").build(), BodyHandlers.discarding());
            // LiveKit asks for workers for five seconds
            awaitLine(liveKit, "\"jobType\":\"JT_PARTICIPANT\"");
            assertEquals(Set.of(
                    "livekit_log_agent_jobs_undispatched_total{job_type=\"participant\"}",
                    "livekit_log_agent_jobs_undispatched_total{job_type=\"room\"}",
                    "livekit_log_participants_active_total{connection_type=\"udp\"}",
                    "livekit_log_requests_refused_total{status=\"401\"}",
                    "livekit_log_turn_credentials_refused_total{reason=\"expired\"}",
                    "livekit_log_turn_credentials_refused_total{reason=\"key\"}"), counted(liveKit.log()).keySet());
            assertEquals(1, counted(liveKit.log()).get("livekit_log_participants_active_total{connection_type=\"udp\"}"));
        }
    }

    private static String token() {
        var token = new AccessToken(KEY, SECRET);
        token.setIdentity("alice");
        token.addGrants(new RoomJoin(true), new RoomName("room"));
        token.setRoomConfiguration(RoomConfiguration.newBuilder()
                .addAgents(RoomAgentDispatch.newBuilder().setAgentName("nobody")).build());
        return token.toJwt();
    }

    private static void awaitLine(LiveKitServer liveKit, String part) throws InterruptedException {
        var until = Instant.now().plus(Duration.ofSeconds(30));
        while (!liveKit.log().contains(part) && Instant.now().isBefore(until)) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertTrue(liveKit.log().contains(part), liveKit::log);
    }

    /** As a client that comes with these credentials of LiveKit's; it is refused. */
    private void allocate(int port, String credentials) throws Exception {
        var client = new ProcessBuilder("turnutils_uclient", "-p", Integer.toString(port), "-u", base62(credentials),
                "-w", "any", "-n", "1", "-c", "-y", "127.0.0.1").redirectErrorStream(true)
                .redirectOutput(folder.resolve("turn.log").toFile()).start();
        if (!client.waitFor(20, TimeUnit.SECONDS)) {
            client.destroyForcibly();
        }
    }

    /** LiveKit's spelling of them: six bits each, from the end, but five where these are 30 or 31. */
    private static String base62(String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        var left = new BigInteger(1, bytes);
        var spelt = new StringBuilder();
        for (int bits = bytes.length * Byte.SIZE; bits > 0;) {
            int six = left.intValue() & 63;
            boolean five = (six & 30) == 30;
            int taken = five && (bits > 6 || six > 31) ? 5 : 6;
            spelt.append(DIGITS.charAt(five ? six & 31 : six));
            left = left.shiftRight(taken);
            bits -= taken;
        }
        return spelt.toString();
    }

    private Map<String, Integer> counted(String log) throws Exception {
        var file = Files.writeString(folder.resolve("livekit.log"), log);
        var mtail = new ProcessBuilder(ServerBinary.MTAIL.path().toString(), "--logtostderr",
                "--one_shot", "--one_shot_format=prometheus", "--progs=k8s/monitoring/logs", "--logs=" + file)
                .redirectError(folder.resolve("mtail.log").toFile()).start();
        var page = new String(mtail.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, mtail.waitFor(), () -> page);
        return page.lines().filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceAll(",?prog=\"livekit.mtail\",?", ""))
                .collect(Collectors.toMap(line -> line.substring(0, line.lastIndexOf(' ')),
                        line -> Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1))));
    }
}
