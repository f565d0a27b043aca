package dev.keyturn.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The program of a real server: named by an environment variable, found on PATH, or built with Go, once, into a cache
 * outside the checkout. It needs nothing but the JDK, so that it also runs as a source file, to build beforehand:
 * {@code java src/test/java/dev/keyturn/servers/ServerBinary.java livekit vault}.
 */
public enum ServerBinary {

    LIVEKIT(built("livekit", "github.com/livekit/livekit-server/cmd/server", "1 to 2 minutes"), "livekit-server"),

    /** {@code minimal} leaves out the auth methods and engines that need a cloud; kv, approle and jwt stay. */
    VAULT(built("vault", "github.com/hashicorp/vault", "5 to 6 minutes", "-tags", "minimal"), "vault", "bao"),

    KUBE_APISERVER(built("kubernetes", "k8s.io/kubernetes/cmd/kube-apiserver", "5 to 6 minutes"), "kube-apiserver"),
    KUBE_CONTROLLER_MANAGER(built("kubernetes", "k8s.io/kubernetes/cmd/kube-controller-manager",
            "1 to 2 minutes after that"), "kube-controller-manager"),
    KUBE_SCHEDULER(built("kubernetes", "k8s.io/kubernetes/cmd/kube-scheduler", "a minute after that"),
            "kube-scheduler"),
    KWOK(built("kwok", "sigs.k8s.io/kwok/cmd/kwok", "3 minutes"), "kwok"),

    ETCD(packaged("etcd-server"), "etcd"),
    REDIS(packaged("redis-server"), "redis-server");

    private static final ConcurrentHashMap<ServerBinary, Path> FOUND = new ConcurrentHashMap<>();

    private final String variable;
    private final Source source;
    private final List<String> programs;

    /** @param programs the names that it goes by on PATH */
    ServerBinary(Source source, String... programs) {
        this.variable = "KEYTURN_TEST_" + name();
        this.source = source;
        this.programs = List.of(programs);
    }

    /**
     * How a program is had where there is none.
     *
     * @param debian the Debian package to install by hand; null for what Go builds
     * @param module the folder of its Go module, in src/test/servers
     * @param tool   the Go package to build
     */
    private record Source(String debian, String module, String tool, String buildTime, List<String> flags) {}

    private static Source built(String module, String tool, String buildTime, String... flags) {
        return new Source(null, module, tool, buildTime, List.of(flags));
    }

    private static Source packaged(String debian) {
        return new Source(debian, null, null, null, List.of());
    }

    /** Builds the named servers where they are not to be had otherwise. */
    public static void main(String... names) {
        try {
            for (var name : names) {
                valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')).path();
            }
        } catch (IllegalStateException missing) {
            System.err.println("keyturn tests: " + missing.getMessage());
            System.exit(1);
        }
    }

    /**
     * The program's file; the first call may build it, which takes minutes.
     *
     * @throws IllegalStateException if it is not to be had; the message says how to get it
     */
    public Path path() {
        return FOUND.computeIfAbsent(this, server -> {
            try {
                return server.find();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while " + server + " was built", e);
            }
        });
    }

    private Path find() throws IOException, InterruptedException {
        var given = System.getenv(variable);
        if (given != null && !given.isBlank()) {
            if (!Files.isExecutable(Path.of(given))) {
                throw new IllegalStateException(variable + " names " + given + ", which is not a program");
            }
            return say(Path.of(given), variable);
        }
        for (var program : programs) {
            var onPath = onPath(program);
            if (onPath.isPresent()) {
                return say(onPath.get(), "PATH");
            }
        }
        if (source.debian != null) {
            throw new IllegalStateException("there is no " + programs.get(0) + ": apt install " + source.debian
                    + ", or put it on PATH, or name it in " + variable);
        }
        var folder = Path.of("src/test/servers", source.module);
        var cached = cache().resolve(source.module + "-" + hash(folder.resolve("go.mod"))).resolve(programs.get(0));
        if (Files.isExecutable(cached)) {
            return say(cached, "cache");
        }
        var go = onPath("go").orElseThrow(() -> new IllegalStateException("there is no " + programs.get(0)
                + ": put it on PATH, name it in " + variable + ", or install Go, with which the tests build it once"));
        return say(build(go, folder, cached), "built just now");
    }

    /** One build at a time, whoever asks for it; the program appears under its name whole or not at all. */
    private Path build(Path go, Path folder, Path program) throws IOException, InterruptedException {
        Files.createDirectories(program.getParent());
        var lockFile = program.resolveSibling("lock");
        try (var channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock(); // let go with the channel
            if (Files.isExecutable(program)) {
                return program; // another build was first
            }
            System.err.println("keyturn tests: building " + source.tool + " with Go, once, for the tests: "
                    + source.buildTime + " on two cores, into " + program.getParent());
            var half = program.resolveSibling(program.getFileName() + ".half");
            var log = program.resolveSibling(program.getFileName() + ".log");
            var command = new ArrayList<>(List.of(go.toString(), "build", "-buildvcs=false", "-ldflags", "-s -w"));
            command.addAll(source.flags);
            command.addAll(List.of("-o", half.toString(), source.tool));
            var status = new ProcessBuilder(command).directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException("Go could not build " + source.tool + " (status " + status
                        + "); its output: " + log + ". Or put " + programs.get(0) + " on PATH, or name it in "
                        + variable);
            }
            return Files.move(half, program, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private Path say(Path program, String from) {
        System.err.println("keyturn tests: " + programs.get(0) + " is " + program + " (" + from + ")");
        return program;
    }

    private static Path cache() {
        var set = System.getenv("XDG_CACHE_HOME");
        var base = set == null || set.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(set);
        return base.resolve("keyturn").resolve("test-servers");
    }

    private static Optional<Path> onPath(String program) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    private static String hash(Path file) throws IOException {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(hash).substring(0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
