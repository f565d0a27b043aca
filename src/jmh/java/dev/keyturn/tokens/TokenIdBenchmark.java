package dev.keyturn.tokens;

import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What 128 unpredictable bits cost, from one generator for all ({@code -t 2}: two event loops) and in advance. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TokenIdBenchmark {

    private final SecureRandom jdks = new SecureRandom();
    private SecureRandom drbg;
    private final ThreadLocal<ByteBuffer> ahead = ThreadLocal.withInitial(() -> ByteBuffer.allocate(4096).limit(0));
    private final ThreadLocal<ByteBuffer> aheadOfDrbg =
            ThreadLocal.withInitial(() -> ByteBuffer.allocate(4096).limit(0));

    @Setup
    public void prepare() throws NoSuchAlgorithmException {
        drbg = SecureRandom.getInstance("DRBG");
    }

    @Benchmark
    public byte[] jdksDefault() {
        return next(jdks);
    }

    @Benchmark
    public byte[] drbg() {
        return next(drbg);
    }

    @Benchmark
    public byte[] inAdvance() {
        return next(jdks, ahead.get());
    }

    @Benchmark
    public byte[] drbgInAdvance() {
        return next(drbg, aheadOfDrbg.get());
    }

    private static byte[] next(SecureRandom random) {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] next(SecureRandom random, ByteBuffer ahead) {
        var bytes = new byte[16];
        if (ahead.remaining() < bytes.length) {
            random.nextBytes(ahead.array());
            ahead.clear();
        }
        ahead.get(bytes);
        return bytes;
    }
}
