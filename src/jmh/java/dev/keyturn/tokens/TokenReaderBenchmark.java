package dev.keyturn.tokens;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.VideoGrants;
import java.time.Duration;
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

/** What introspection costs: a token read and verified. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TokenReaderBenchmark {

    @Param({"three", "4KiB"})
    public String request;

    private final KeyRing ring = TestKeys.ringOfThree();
    private String token;

    @Setup
    public void prepare() throws BadBodyException {
        var asked = TokenRequestReader.read(Bodies.of(request)).request();
        var grant = new Grant(asked.room(), asked.identity(), asked.name(), "", Map.of(), VideoGrants.PARTICIPANT,
                asked.roomConfig(), Duration.ofMinutes(10));
        token = new TokenWriter().write(ring.active(), grant, TestClock.START, "id");
    }

    @Benchmark
    public TokenReader.Reading read() {
        return TokenReader.read(token, ring, TestClock.START);
    }
}
