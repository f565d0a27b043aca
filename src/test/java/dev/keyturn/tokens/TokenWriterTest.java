package dev.keyturn.tokens;

import static dev.keyturn.policy.VideoGrant.AGENT;
import static dev.keyturn.policy.VideoGrant.CAN_MANAGE_AGENT_SESSION;
import static dev.keyturn.policy.VideoGrant.CAN_PUBLISH;
import static dev.keyturn.policy.VideoGrant.CAN_PUBLISH_DATA;
import static dev.keyturn.policy.VideoGrant.CAN_SUBSCRIBE;
import static dev.keyturn.policy.VideoGrant.CAN_SUBSCRIBE_METRICS;
import static dev.keyturn.policy.VideoGrant.CAN_UPDATE_OWN_METADATA;
import static dev.keyturn.policy.VideoGrant.HIDDEN;
import static dev.keyturn.policy.VideoGrant.INGRESS_ADMIN;
import static dev.keyturn.policy.VideoGrant.RECORDER;
import static dev.keyturn.policy.VideoGrant.ROOM_ADMIN;
import static dev.keyturn.policy.VideoGrant.ROOM_CREATE;
import static dev.keyturn.policy.VideoGrant.ROOM_JOIN;
import static dev.keyturn.policy.VideoGrant.ROOM_LIST;
import static dev.keyturn.policy.VideoGrant.ROOM_RECORD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auth0.jwt.JWT;
import com.auth0.jwt.JWTVerifier.BaseVerification;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.exceptions.JWTVerificationException;
import com.auth0.jwt.interfaces.DecodedJWT;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.util.JsonFormat;
import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.RoomConfig.AgentDispatch;
import dev.keyturn.policy.VideoGrant;
import dev.keyturn.policy.VideoGrants;
import io.livekit.server.AccessToken;
import io.livekit.server.Agent;
import io.livekit.server.CanPublish;
import io.livekit.server.CanPublishData;
import io.livekit.server.CanPublishSources;
import io.livekit.server.CanSubscribe;
import io.livekit.server.CanUpdateOwnMetadata;
import io.livekit.server.Hidden;
import io.livekit.server.IngressAdmin;
import io.livekit.server.Recorder;
import io.livekit.server.RoomAdmin;
import io.livekit.server.RoomCreate;
import io.livekit.server.RoomJoin;
import io.livekit.server.RoomList;
import io.livekit.server.RoomName;
import io.livekit.server.RoomRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import livekit.LivekitRoom;
import org.junit.jupiter.api.Test;

/**
 * What is in a token, as others read it: java-jwt (with which io.livekit's SDK verifies), the SDK's grants, protobuf.
 */
class TokenWriterTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = TestClock.START.plusMillis(999);
    private static final SigningKey KEY = TestKeys.ring("APIa").active();

    private final TokenWriter writer = new TokenWriter();

    private static Grant grant(VideoGrants video, RoomConfig room) {
        return new Grant("standup", "alice", "", "", Map.of(), video, room, Duration.ofMinutes(10));
    }

    private String token(Grant grant) {
        return writer.write(KEY, grant, NOW, "the id");
    }

    private static JsonNode claims(String token) throws Exception {
        return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
    }

    private static DecodedJWT verified(String token, SigningKey key) {
        var require = (BaseVerification) JWT.require(Algorithm.HMAC256(TestKeys.secretOf(key.key().value())))
                .withIssuer(key.key().value());
        return require.build(Clock.fixed(NOW, ZoneOffset.UTC)).verify(token);
    }

    @Test
    void a_plain_token_has_these_claims_and_no_others() throws Exception {
        assertEquals(JSON.readTree("""
                {"iss":"APIa","sub":"alice","nbf":1772366400,"iat":1772366400,"exp":1772367000,"jti":"the id",
                 "video":{"room":"standup","roomJoin":true,"canPublish":true,"canSubscribe":true,"canPublishData":true}}"""),
                claims(token(grant(VideoGrants.PARTICIPANT, RoomConfig.NONE))));
    }

    @Test
    void a_full_token_has_all_it_was_given() throws Exception {
        var full = new Grant("standup", "alice", "Alice", "about her", Map.of("team", "blue", "empty", ""),
                VideoGrants.PARTICIPANT, RoomConfig.NONE, Duration.ofSeconds(90));
        var claims = claims(token(full));

        assertEquals("Alice", claims.get("name").textValue());
        assertEquals("about her", claims.get("metadata").textValue());
        assertEquals(JSON.readTree("{\"team\":\"blue\",\"empty\":\"\"}"), claims.get("attributes"));
        assertEquals(90, claims.get("exp").longValue() - claims.get("nbf").longValue());
    }

    @Test
    void what_is_not_granted_is_written_where_livekit_would_take_its_absence_for_yes() throws Exception {
        var nothing = new VideoGrants(Set.of(), List.of());

        assertEquals(JSON.readTree("""
                {"room":"standup","canPublish":false,"canSubscribe":false,"canPublishData":false}"""),
                claims(token(grant(nothing, RoomConfig.NONE))).get("video"));
    }

    @Test
    void its_header_is_hs256_and_nothing_more() {
        var header = token(grant(VideoGrants.PARTICIPANT, RoomConfig.NONE)).split("\\.")[0];
        assertEquals("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", new String(Base64.getUrlDecoder().decode(header)));
    }

    @Test
    void the_grants_are_those_that_livekits_own_sdk_writes() throws Exception {
        var seed = 20260301L;
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            var video = video(random);
            var claims = claims(token(grant(video, RoomConfig.NONE)));
            var ours = claims.get("video").deepCopy();
            assertEquals(video.has(CAN_SUBSCRIBE_METRICS), ours.path("canSubscribeMetrics").asBoolean());
            assertEquals(video.has(CAN_MANAGE_AGENT_SESSION), ours.path("canManageAgentSession").asBoolean());
            ((ObjectNode) ours).remove(List.of("canSubscribeMetrics", "canManageAgentSession"));

            assertEquals(bySdk(video), ours, "seed " + seed + ", grants " + i);
        }
    }

    private static VideoGrants video(Random random) {
        var given = EnumSet.allOf(VideoGrant.class);
        given.removeIf(grant -> random.nextBoolean());
        var sources = new ArrayList<>(VideoGrants.SOURCES);
        sources.removeIf(source -> random.nextBoolean());
        return new VideoGrants(given, sources);
    }

    /** Every grant that the SDK knows; it knows neither CAN_SUBSCRIBE_METRICS nor CAN_MANAGE_AGENT_SESSION. */
    private static final Map<VideoGrant, Function<Boolean, io.livekit.server.VideoGrant>> SDK = Map.ofEntries(
            Map.entry(ROOM_JOIN, RoomJoin::new),
            Map.entry(CAN_PUBLISH, CanPublish::new),
            Map.entry(CAN_SUBSCRIBE, CanSubscribe::new),
            Map.entry(CAN_PUBLISH_DATA, CanPublishData::new),
            Map.entry(CAN_UPDATE_OWN_METADATA, CanUpdateOwnMetadata::new),
            Map.entry(ROOM_CREATE, RoomCreate::new),
            Map.entry(ROOM_LIST, RoomList::new),
            Map.entry(ROOM_RECORD, RoomRecord::new),
            Map.entry(ROOM_ADMIN, RoomAdmin::new),
            Map.entry(INGRESS_ADMIN, IngressAdmin::new),
            Map.entry(HIDDEN, Hidden::new),
            Map.entry(RECORDER, Recorder::new),
            Map.entry(AGENT, Agent::new));

    private static JsonNode bySdk(VideoGrants video) throws Exception {
        var token = new AccessToken("APIa", TestKeys.secretOf("APIa"));
        token.setIdentity("alice");
        token.addGrants(new RoomName("standup"));
        SDK.forEach((grant, made) -> {
            if (video.has(grant) || VideoGrant.YES_UNLESS_SAID.contains(grant)) {
                token.addGrants(made.apply(video.has(grant)));
            }
        });
        if (!video.canPublishSources().isEmpty()) {
            token.addGrants(new CanPublishSources(video.canPublishSources()));
        }
        return claims(token.toJwt()).get("video");
    }

    @Test
    void livekits_sdk_knows_every_other_grant() {
        assertEquals(EnumSet.complementOf(EnumSet.of(CAN_SUBSCRIBE_METRICS, CAN_MANAGE_AGENT_SESSION)),
                EnumSet.copyOf(SDK.keySet()));
    }

    @Test
    void it_verifies_with_its_key_and_with_nothing_else() {
        var token = token(grant(VideoGrants.PARTICIPANT, RoomConfig.NONE));

        assertEquals("alice", verified(token, KEY).getSubject());
        assertThrows(JWTVerificationException.class, () -> verified(token, TestKeys.ring("APIb").active()));
        assertThrows(JWTVerificationException.class, () -> verified(token.replace(".", ".a"), KEY));
        var parts = token.split("\\.");
        var claims = new String(Base64.getUrlDecoder().decode(parts[1])).replace("alice", "admin");
        var changed = Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes());
        assertThrows(JWTVerificationException.class, () -> verified(parts[0] + "." + changed + "." + parts[2], KEY));
    }

    @Test
    void its_room_configuration_is_what_protobuf_reads() throws Exception {
        var room = new RoomConfig("n", 300L, 20L, 4294967295L, "m", 1L, 2L, true,
                List.of(new AgentDispatch("helper", "for alice", "staging", Map.of("lang", "de")),
                        new AgentDispatch("", "", "", Map.of())),
                Map.of("tenant", "blue", "b", ""));
        var written = claims(token(grant(VideoGrants.PARTICIPANT, room))).get("roomConfig");
        var read = LivekitRoom.RoomConfiguration.newBuilder();
        // it lacks the agents' newer fields
        JsonFormat.parser().ignoringUnknownFields().merge(written.toString(), read);

        assertEquals("n", read.getName());
        assertEquals(300, read.getEmptyTimeout());
        assertEquals(20, read.getDepartureTimeout());
        assertEquals(4294967295L, Integer.toUnsignedLong(read.getMaxParticipants()));
        assertEquals("m", read.getMetadata());
        assertEquals(1, read.getMinPlayoutDelay());
        assertEquals(2, read.getMaxPlayoutDelay());
        assertTrue(read.getSyncStreams());
        assertEquals(room.tags(), read.getTagsMap());
        assertEquals(2, read.getAgentsCount());
        assertEquals("helper", read.getAgents(0).getAgentName());
        assertEquals("for alice", read.getAgents(0).getMetadata());
        assertEquals("staging", written.at("/agents/0/deployment").textValue());
        assertEquals(JSON.readTree("{\"lang\":\"de\"}"), written.at("/agents/0/attributes"));
        assertEquals(JSON.createObjectNode(), written.at("/agents/1"));
    }

    @Test
    void protobuf_knows_every_other_word_of_its_room_configuration() throws Exception {
        var room = new RoomConfig("n", 1L, 2L, 3L, "m", 4L, 5L, true,
                List.of(new AgentDispatch("a", "b", "", Map.of())), Map.of("t", "u"));
        var written = claims(token(grant(VideoGrants.PARTICIPANT, room))).get("roomConfig");

        // throws at an unknown one
        JsonFormat.parser().merge(written.toString(), LivekitRoom.RoomConfiguration.newBuilder());
        assertEquals(10, written.size());
    }

    @Test
    void text_arrives_whatever_it_is_made_of() {
        var text = "Zoë \uD83D\uDE00 會議 \u0000\u001f\u007f\u2028\n\t\"\\/<>&'";
        var token = token(new Grant(text, text, text, text, Map.of(text, text),
                VideoGrants.PARTICIPANT, RoomConfig.NONE, Duration.ofMinutes(1)));
        var read = verified(token, KEY);

        assertEquals(text, read.getSubject());
        assertEquals(text, read.getClaim("name").asString());
        assertEquals(text, read.getClaim("metadata").asString());
        assertEquals(Map.of(text, text), read.getClaim("attributes").asMap());
        assertEquals(text, read.getClaim("video").asMap().get("room"));
        assertTrue(token.matches("[A-Za-z0-9_.-]+"), "it can be put into a URL as it is");
    }

    @Test
    void one_writer_serves_many_threads_and_two_keys_in_turn() throws Exception {
        var keys = List.of(KEY, TestKeys.ring("APIb").active());
        var pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> threads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                var thread = i;
                threads.add(pool.submit(() -> {
                    for (int n = 0; n < 500; n++) {
                        var key = keys.get((thread + n) % 2);
                        var id = thread + "-" + n;
                        var token = writer.write(key, grant(VideoGrants.PARTICIPANT, RoomConfig.NONE), NOW, id);
                        assertEquals(id, verified(token, key).getId());
                    }
                }));
            }
            for (var thread : threads) {
                thread.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
