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
 * The program of a real server: named by an environment variable, found on PATH, or built, once, into a cache outside
 * the checkout: servers with Go, what agents run on with pip and npm. It needs nothing but the JDK, so that it also
 * runs as a source file, to build beforehand:
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
    KUBECTL(built("kubernetes", "k8s.io/kubernetes/cmd/kubectl", "a minute after that"), "kubectl"),
    KWOK(built("kwok", "sigs.k8s.io/kwok/cmd/kwok", "3 minutes"), "kwok"),

    /** Says from NetworkPolicies alone who may reach whom. */
    CYCLONUS(built("cyclonus", "github.com/mattfenwick/cyclonus/cmd/cyclonus", "a minute"), "cyclonus"),

    /** A folder {@code crds} with the schemas of others' resources: Prometheus operator, Gateway API, and so on. */
    CRDS(new Source(null, "crds", "download", "Go 1.26 or later", "go", "the CRDs that k8s/ uses", "half a minute",
            (go, made) -> List.of(List.of("./download", go, made))), "crds"),

    ETCD(packaged("etcd-server"), "etcd"),
    REDIS(packaged("redis-server"), "redis-server"),
    PROMETHEUS(packaged("prometheus"), "prometheus"),
    ALERTMANAGER(packaged("prometheus-alertmanager"), "prometheus-alertmanager", "alertmanager"),
    BLACKBOX_EXPORTER(packaged("prometheus-blackbox-exporter"), "prometheus-blackbox-exporter", "blackbox_exporter"),
    NGINX(packaged("nginx-light libnginx-mod-stream"), "nginx"),
    COTURN(packaged("coturn"), "turnserver"),
    NFT(packaged("nftables"), "nft"),
    CHROMIUM(packaged("chromium"), "chromium"),
    /** Tells Chromium which authorities to trust. */
    CERTUTIL(packaged("libnss3-tools"), "certutil"),

    /** No servers, but had in the same way: check Prometheus' rules, and Alertmanager's routes. */
    PROMTOOL(packaged("prometheus"), "promtool"),
    AMTOOL(packaged("prometheus-alertmanager"), "amtool"),

    /** Counts lines of a log. */
    MTAIL(packaged("mtail"), "mtail"),

    /** For the documents' examples; any since 1.19 will do for them. */
    GO(packaged("golang-go"), "go"),

    /** Says what in a Grafana dashboard is not of Grafana's schema. */
    DASHBOARDS(new Source(null, "dashboards", "go.mod main.go", "Go 1.26 or later", "go",
            "a reader of Grafana's dashboards", "half a minute",
            (go, made) -> List.of(List.of(go, "build", "-buildvcs=false", "-o", made, "."))), "dashboards"),

    /** Any Python 3, without further packages. */
    PYTHON(packaged("python3"), "python3"),

    /** A Python with livekit-agents. */
    PYTHON_AGENTS(new Source(null, "agents-python", "requirements.txt", "python3 with venv (python3-venv)", "python3",
            "livekit-agents for Python", "1 to 2 minutes", (python, env) -> List.of(
                    List.of(python, "-m", "venv", "--clear", env),
                    List.of(env + "/bin/python", "-m", "pip", "install", "--no-input", "-r", "requirements.txt"))),
            "env/bin/python"),

    /** A folder {@code node_modules} with @livekit/agents; Node itself is on PATH. */
    NODE_AGENTS(npm("agents-node", "@livekit/agents for Node"), "app/node_modules"),

    /** A folder {@code node_modules} with playwright-core, which drives {@link #CHROMIUM}, and livekit-client. */
    BROWSER(npm("browser", "playwright-core and livekit-client for Node"), "app/node_modules"),

    /** A folder {@code node_modules} with livekit-client in several versions, LiveKit's React hooks, and esbuild. */
    CLIENTS(npm("clients", "livekit-client and LiveKit's React hooks"), "app/node_modules");

    private static final ConcurrentHashMap<ServerBinary, Path> FOUND = new ConcurrentHashMap<>();

    private final String variable;
    private final Source source;
    private final List<String> programs;

    /**
     * @param programs the names that it goes by on PATH, the first of which is built; one in a folder is only built,
     *                 with that folder
     */
    ServerBinary(Source source, String... programs) {
        this.variable = "KEYTURN_TEST_" + name();
        this.source = source;
        this.programs = List.of(programs);
    }

    /**
     * How a program is had where there is none.
     *
     * @param debian  the Debian package to install by hand; null for what is built
     * @param folder  in src/test/servers, where it is built
     * @param pinned  the file there that names all versions, or several
     * @param needs   what it is built with, for people
     * @param builder the same on PATH
     * @param what    is built, for people
     * @param time    that it takes on two cores
     * @param recipe  how
     */
    private record Source(String debian, String folder, String pinned, String needs, String builder, String what,
            String time, Recipe recipe) {}

    /** The commands that make a file or folder, one after another. */
    private interface Recipe {
        List<List<String>> commands(String builder, String made);
    }

    private static Source built(String module, String tool, String time, String... flags) {
        return new Source(null, module, "go.mod", "Go 1.26 or later", "go", tool, time, (go, made) -> {
            var command = new ArrayList<>(List.of(go, "build", "-buildvcs=false", "-ldflags", "-s -w"));
            command.addAll(List.of(flags));
            command.addAll(List.of("-o", made, tool));
            return List.of(command);
        });
    }

    private static Source npm(String folder, String what) {
        return new Source(null, folder, "package-lock.json", "Node.js 20 or later and npm", "npm", what,
                "half a minute", (npm, app) -> List.of(
                        List.of("mkdir", "-p", app),
                        List.of("cp", "package.json", "package-lock.json", app),
                        List.of(npm, "ci", "--prefix", app, "--ignore-scripts", "--no-audit", "--no-fund")));
    }

    private static Source packaged(String debian) {
        return new Source(debian, null, null, null, null, null, null, null);
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
        var folder = Path.of("src/test/servers", source.folder);
        var into = cache().resolve(source.folder + "-" + hash(folder, source.pinned.split(" ")));
        var cached = into.resolve(programs.get(0));
        if (Files.isExecutable(cached)) {
            return say(cached, "cache");
        }
        var builder = onPath(source.builder).orElseThrow(() -> new IllegalStateException("missing: " + source.what
                + "; name it in " + variable + ", or install " + source.needs
                + ", with which the tests build it once"));
        build(builder, folder, into);
        return say(cached, "built just now");
    }

    /** One build at a time, whoever asks for it; what is built appears under its name whole or not at all. */
    private void build(Path builder, Path folder, Path into) throws IOException, InterruptedException {
        Files.createDirectories(into);
        var lockFile = into.resolve("lock");
        try (var channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock(); // let go with the channel
            var made = into.resolve(Path.of(programs.get(0)).getName(0));
            if (Files.isExecutable(into.resolve(programs.get(0)))) {
                return; // another build was first
            }
            System.err.println("keyturn tests: building " + source.what + " with " + source.builder
                    + ", once, for the tests: " + source.time + " on two cores, into " + into);
            var half = into.resolve(made.getFileName() + ".half");
            var log = into.resolve(made.getFileName() + ".log");
            Files.deleteIfExists(log);
            for (var command : source.recipe.commands(builder.toString(), half.toString())) {
                var status = new ProcessBuilder(command).directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start()
                        .waitFor();
                if (status != 0) {
                    throw new IllegalStateException(source.needs + " could not build " + source.what + " (status "
                            + status + "); its output: " + log + ". Or name one in " + variable);
                }
            }
            Files.move(half, made, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private Path say(Path program, String from) {
        System.err.println("keyturn tests: " + name().toLowerCase(Locale.ROOT) + " is " + program + " (" + from + ")");
        return program;
    }

    private static Path cache() {
        var set = System.getenv("XDG_CACHE_HOME");
        var base = set == null || set.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(set);
        return base.resolve("keyturn").resolve("test-servers");
    }

    private static Optional<Path> onPath(String program) {
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("") + ":/usr/sbin"; // where servers are, for root
        return Stream.of(path.split(":"))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    private static String hash(Path folder, String... files) throws IOException {
        try {
            var hash = MessageDigest.getInstance("SHA-256");
            for (var file : files) {
                hash.update(Files.readAllBytes(folder.resolve(file)));
            }
            return HexFormat.of().formatHex(hash.digest()).substring(0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
