package dev.keyturn.tokens;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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

/** What it costs to read a request strictly: against Jackson's data binding of the same body, which checks nothing. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TokenRequestReaderBenchmark {

    @Param({"empty", "three", "4KiB"})
    public String request;

    private final ObjectReader binding = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build().readerFor(Bound.class);
    private byte[] body;

    /** The same shape as {@link dev.keyturn.policy.TokenRequest}. */
    public record Bound(String roomName, String participantIdentity, String participantName,
            String participantMetadata, Map<String, String> participantAttributes, Room roomConfig) {

        public record Room(String name, Long emptyTimeout, Long departureTimeout, Long maxParticipants,
                String metadata, Long minPlayoutDelay, Long maxPlayoutDelay, Boolean syncStreams, List<Agent> agents,
                Map<String, String> tags) {}

        public record Agent(String agentName, String metadata, String deployment, Map<String, String> attributes) {}
    }

    @Setup
    public void prepare() {
        body = Bodies.of(request);
    }

    @Benchmark
    public TokenRequestReader.Body strictly() throws BadBodyException {
        return TokenRequestReader.read(body);
    }

    @Benchmark
    public Bound dataBinding() throws IOException {
        return binding.readValue(body);
    }
}
