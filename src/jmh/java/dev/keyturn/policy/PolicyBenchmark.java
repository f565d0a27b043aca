package dev.keyturn.policy;

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

/** What a decision costs as the rules grow: the caller's rule is the last of them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PolicyBenchmark {

    @Param({"1", "10", "100", "1000"})
    public int rules;

    private Policy policy;
    private Caller caller;
    private Caller stranger;
    private TokenRequest request;
    private TokenRequest anything;

    @Setup
    public void prepare() {
        var yaml = new StringBuilder("rules:\n");
        for (int i = 0; i < rules; i++) {
            yaml.append("  - {name: rule-").append(i).append(", for: {issuer: \"https://id.example.com\", claims: {group: g")
                    .append(i).append("}}, rooms: [\"{tenant}:*\"], participant_name: \"{name}\"}\n");
        }
        policy = Policy.read("benchmark", yaml.toString());
        caller = caller("g" + (rules - 1));
        stranger = caller("nobody");
        request = new TokenRequest("acme:board", "", "", "", Map.of(), RoomConfig.NONE);
        anything = TokenRequest.ANYTHING;
    }

    private static Caller caller(String group) {
        return new Caller("https://id.example.com", Map.of("sub", "ada", "name", "Ada", "tenant", "acme", "group", group));
    }

    @Benchmark
    public Decision aRoomByItsName() {
        return policy.decide(caller, request);
    }

    @Benchmark
    public Decision aFreshRoom() {
        return policy.decide(caller, anything);
    }

    @Benchmark
    public Decision nobodysRule() {
        return policy.decide(stranger, request);
    }
}
