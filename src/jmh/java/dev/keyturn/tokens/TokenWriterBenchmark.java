package dev.keyturn.tokens;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.Hmac;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.VideoGrants;
import io.livekit.server.AccessToken;
import io.livekit.server.CanPublish;
import io.livekit.server.CanPublishData;
import io.livekit.server.CanSubscribe;
import io.livekit.server.RoomJoin;
import io.livekit.server.RoomName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import livekit.LivekitAgentDispatch.RoomAgentDispatch;
import livekit.LivekitRoom.RoomConfiguration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a whole token costs: against the HMAC alone of the same bytes, and against LiveKit's own SDK. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TokenWriterBenchmark {

    private static final String ID = "AAECAwQFBgcICQoLDA0ODw";

    @Param({"three", "4KiB"})
    public String request;

    private final TokenWriter writer = new TokenWriter();
    private final SigningKey key = TestKeys.staged("APInow");
    private final Mac hmac = Hmac.keyed(key.secret());
    private Grant grant;
    private byte[] signed;

    @Setup
    public void prepare() throws BadBodyException {
        var asked = TokenRequestReader.read(Bodies.of(request)).request();
        grant = new Grant(asked.room(), asked.identity(), asked.name(), "", Map.of(), VideoGrants.PARTICIPANT,
                asked.roomConfig(), Duration.ofMinutes(10));
        var token = ours();
        signed = token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
    }

    @Benchmark
    public byte[] hmacAlone() {
        return hmac.doFinal(signed);
    }

    @Benchmark
    public String ours() {
        return writer.write(key, grant, TestClock.START, ID);
    }

    @Benchmark
    public String liveKitsSdk() {
        var token = new AccessToken(key.key().value(), TestKeys.secretOf("APInow"));
        token.setIdentity(grant.identity());
        token.setName(grant.name());
        token.setTtl(grant.ttl().toMillis());
        token.addGrants(new RoomJoin(true), new RoomName(grant.room()), new CanPublish(true), new CanSubscribe(true),
                new CanPublishData(true));
        if (!grant.roomConfig().isEmpty()) {
            var agent = grant.roomConfig().agents().get(0);
            token.setRoomConfiguration(RoomConfiguration.newBuilder().setEmptyTimeout(300).setMaxParticipants(20)
                    .addAgents(RoomAgentDispatch.newBuilder().setAgentName(agent.agentName())
                            .setMetadata(agent.metadata()))
                    .build());
        }
        return token.toJwt();
    }
}
