package dev.keyturn;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.doctor.Certificates;
import dev.keyturn.doctor.Checkup;
import dev.keyturn.doctor.Doctor;
import dev.keyturn.doctor.Examination;
import dev.keyturn.doctor.Finding;
import dev.keyturn.doctor.KeyFileCheckup;
import dev.keyturn.doctor.KeyLines;
import dev.keyturn.doctor.PolicyCheckup;
import dev.keyturn.doctor.Questions;
import dev.keyturn.doctor.Verdict;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.HttpNodes;
import dev.keyturn.rotation.RotationConfig;
import dev.keyturn.tokens.LiveKitConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code keyturn doctor}: looks at a running deployment from outside. What Keyturn is configured with, it knows. */
@Command(
        name = "doctor",
        description = "Look at a running LiveKit, and at Keyturn where there is one, from outside: item by item what was"
                + " found, what to think of it, and what to do. Nothing is changed and no room is opened.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "It needs no configuration, and no Keyturn to be there. What it is not told of is 'unseen'.",
            "Run it where LiveKit's nodes may be reached, and once more from outside with --url alone.",
            "A pair may also be in the environment, as LIVEKIT_API_KEY and LIVEKIT_API_SECRET.",
            "",
            "Examples:",
            "  keyturn doctor --url wss://livekit.example.com --key-file keys.yaml",
            "  keyturn doctor --url wss://livekit.example.com --turn turn.example.com \\",
            "      --nodes http://10.0.0.7:7880,http://10.0.0.8:7880 --key-file keys.yaml",
            "  keyturn doctor --keyturn https://tokens.example.com --origin https://app.example.com \\",
            "      --management http://keyturn.keyturn.svc:9000",
            "  keyturn doctor --json | jq '.findings[] | select(.verdict == \"fault\")'",
            "",
            "Exit codes: 0 no fault, 1 at least one fault (with --strict: or a warning),",
            "            2 called wrongly, or a file that was named cannot be read."
        })
class DoctorCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int HTTP = 80;
    private static final int IN_ALL = 4; // one checkup asks several times, one after another

    @Option(names = "--url", paramLabel = "URL",
            description = "LiveKit as clients reach it, wss://livekit.example.com (default: keyturn.livekit.url,"
                    + " LIVEKIT_URL).")
    URI url;

    @Option(names = "--nodes", split = ",", paramLabel = "URL",
            description = "LiveKit's nodes, each URL for every address of its host (default: keyturn.rotation.nodes).")
    List<URI> nodes = List.of();

    @Option(names = "--metrics", split = ",", paramLabel = "URL",
            description = "LiveKit's metrics (default: port 6789 of each node).")
    List<URI> metrics = List.of();

    @Option(names = "--metrics-user", paramLabel = "NAME",
            description = "The user name that the metrics ask for (prometheus.username).")
    String metricsUser;

    @Option(names = "--metrics-password-file", paramLabel = "FILE",
            description = "A file with the password that the metrics ask for; - is the standard input.")
    String metricsPasswordFile;

    @Option(names = "--turn", paramLabel = "HOST[:PORT]",
            description = "TURN over TLS (default port: 443, as clients are told).")
    String turn;

    @Option(names = "--redis", paramLabel = "HOST[:PORT]", description = "LiveKit's Redis (default port: 6379).")
    String redis;

    @Option(names = "--keyturn", paramLabel = "URL", description = "Keyturn as browsers reach it.")
    URI keyturn;

    @Option(names = "--management", split = ",", paramLabel = "URL",
            description = "Keyturn's management ports, each URL for every address of its host.")
    List<URI> management = List.of();

    @Option(names = "--origin", paramLabel = "ORIGIN",
            description = "The origin of your app's pages, such as https://app.example.com, which Keyturn must let in.")
    String origin;

    @Option(names = "--key-file", paramLabel = "FILE",
            description = "The pairs that LiveKit has, lines of 'KEY: secret'; - is the standard input (default: the ring"
                    + " and the target that Keyturn is configured with).")
    String keyFile;

    @Option(names = "--policy", paramLabel = "FILE", description = "Keyturn's policy (default: keyturn.policy.file).")
    Path policy;

    @Option(names = "--ca-file", paramLabel = "FILE",
            description = "PEM certificates of the authorities to trust instead of the platform's.")
    Path caFile;

    @Option(names = "--plain-port", paramLabel = "PORT", defaultValue = "" + HTTP,
            description = "The port that HTTP without TLS would have (default: ${DEFAULT-VALUE}).")
    int plainPort;

    @Option(names = "--timeout", paramLabel = "TIME", defaultValue = "5s",
            description = "How long one answer may take (default: ${DEFAULT-VALUE}).")
    String timeout;

    @Option(names = "--expires-within", paramLabel = "TIME", defaultValue = "21d",
            description = "Warn of certificates that expire so soon (default: ${DEFAULT-VALUE}).")
    String expiresWithin;

    @Option(names = "--strict", description = "A warning makes exit code 1 too.")
    boolean strict;

    @Option(names = "--json", description = "Print JSON, one object.")
    boolean json;

    @Spec
    CommandSpec spec;

    private final DoctorSources sources;
    private final RotationConfig rotation;
    private final LiveKitConfig liveKit;
    private final Vertx vertx;
    private final Clock clock;

    DoctorCommand(DoctorSources sources, RotationConfig rotation, LiveKitConfig liveKit, Vertx vertx, Clock clock) {
        this.sources = sources;
        this.rotation = rotation;
        this.liveKit = liveKit;
        this.vertx = vertx;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        var questions = questions();
        var certificates = certificates();
        var handedIn = handedIn();
        if (!json && Ansi.AUTO.enabled()) {
            spec.commandLine().getErr().println("Looking ...");
        }
        var checkups = new ArrayList<Checkup>();
        var ring = sources.ring(checkups::add);
        var keys = new LinkedHashMap<ApiKey, SigningKey>();
        ring.ifPresent(held -> held.keys().forEach(key -> keys.put(key.key(), key)));
        files(handedIn, ring, checkups).forEach(file -> file.pairs().forEach(key -> keys.putIfAbsent(key.key(), key)));
        var doctor = new Doctor(questions, certificates, (urls, publicly) -> nodes(urls, publicly, questions.timeout()),
                clock);
        checkups.addAll(0, doctor.checkups(List.copyOf(keys.values()), ring, rotation.leeway()));
        sources.others().forEach(checkups::add);
        checkups.add(new PolicyCheckup(() -> sources.policy(Optional.ofNullable(policy))));
        return answer(new Examination(checkups, questions.timeout().multipliedBy(IN_ALL)).take());
    }

    private Integer answer(List<Finding> findings) {
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(asJson(findings));
        } else {
            out.print(DoctorTable.of(findings, Ansi.AUTO));
        }
        out.flush();
        return findings.stream().anyMatch(finding -> finding.verdict() == Verdict.FAULT
                || strict && finding.verdict() == Verdict.WARNING) ? 1 : 0;
    }

    private ObjectNode asJson(List<Finding> findings) {
        var answer = JSON.createObjectNode().put("time", clock.instant().toString());
        var counts = answer.putObject("counts");
        Stream.of(Verdict.values()).forEach(verdict -> counts.put(word(verdict),
                findings.stream().filter(finding -> finding.verdict() == verdict).count()));
        var rows = answer.putArray("findings");
        findings.forEach(finding -> rows.addObject().put("item", finding.item()).put("found", finding.found())
                .put("verdict", word(finding.verdict())).put("advice", finding.advice()));
        return answer;
    }

    private static String word(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    private Questions questions() {
        var limit = Times.parse(spec, "--timeout", timeout);
        var login = Optional.ofNullable(metricsUser).map(user -> new Questions.Login(user,
                read("--metrics-password-file", metricsPasswordFile).strip()));
        return new Questions(
                Optional.ofNullable(url).or(liveKit::url).or(() -> variable("LIVEKIT_URL").map(URI::create))
                        .map(given -> checked("--url", given)),
                nodes.isEmpty() ? rotation.nodes().orElse(List.of()) : checked("--nodes", nodes),
                checked("--metrics", metrics), login,
                Optional.ofNullable(turn).map(place -> place("--turn", place, "")),
                Optional.ofNullable(redis).map(place -> place("--redis", place, ":6379")),
                Optional.ofNullable(keyturn).map(given -> checked("--keyturn", given)),
                checked("--management", management), Optional.ofNullable(origin), plainPort, limit);
    }

    private List<URI> checked(String option, List<URI> urls) {
        return urls.stream().map(given -> checked(option, given)).toList();
    }

    private URI checked(String option, URI given) {
        var scheme = String.valueOf(given.getScheme()).toLowerCase(Locale.ROOT);
        if (given.getHost() == null || given.getRawUserInfo() != null || given.getRawQuery() != null
                || !Set.of("http", "https", "ws", "wss").contains(scheme)) {
            throw wrong(option + " is a URL such as https://livekit.example.com, without a password");
        }
        return given;
    }

    private URI place(String option, String text, String port) {
        try {
            var place = URI.create("https://" + text);
            if (place.getHost() == null || !place.getRawPath().isEmpty()) {
                throw new IllegalArgumentException(text);
            }
            return place.getPort() < 0 ? URI.create("https://" + text + port) : place;
        } catch (IllegalArgumentException e) {
            throw wrong(option + " is a host, or host:port, not " + text);
        }
    }

    private Certificates certificates() {
        try {
            return new Certificates(Optional.ofNullable(caFile), clock,
                    Times.parse(spec, "--expires-within", expiresWithin));
        } catch (IllegalArgumentException e) {
            throw wrong("--ca-file: " + e.getMessage());
        }
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private String read(String option, String file) {
        if (file == null) {
            throw wrong(option + " is missing");
        }
        try {
            return TextInput.read(file);
        } catch (CommandFailedException e) {
            throw wrong(option + ": " + e.getMessage());
        }
    }

    /** Key file or pair that the caller has; what is wrong with it is for the table. */
    private Map<String, KeyLines> handedIn() {
        var given = new LinkedHashMap<String, KeyLines>();
        if (keyFile != null) {
            given.put("key file " + keyFile, KeyLines.read(read("--key-file", keyFile), clock.instant()));
        }
        variable("LIVEKIT_API_KEY").ifPresent(key -> variable("LIVEKIT_API_SECRET").ifPresent(secret ->
                given.put("LIVEKIT_API_KEY", KeyLines.pair(key, secret, clock.instant()))));
        return given;
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
    }

    private List<KeyLines> files(Map<String, KeyLines> handedIn, Optional<KeyRing> ring, List<Checkup> checkups) {
        var files = new ArrayList<>(handedIn.values());
        handedIn.forEach((where, lines) -> checkups.add(new KeyFileCheckup(where, lines,
                where.startsWith("key file") ? mode() : Optional.empty(), ring, where.startsWith("key file"))));
        if (sources.delivers()) {
            sources.delivered(ring, checkups::add).ifPresent(files::add);
        } else if (handedIn.isEmpty()) {
            checkups.add(Doctor.said(Finding.unseen("key file", "it is not known where it is",
                    "Give LiveKit's key file with --key-file.")));
        }
        return files;
    }

    private Optional<Set<PosixFilePermission>> mode() {
        try {
            return keyFile.equals("-") ? Optional.empty()
                    : Optional.of(Files.getPosixFilePermissions(Path.of(keyFile)));
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private HttpNodes nodes(List<URI> urls, boolean publicly, Duration limit) {
        try {
            var authorities = Optional.ofNullable(caFile).or(() -> publicly ? Optional.empty() : rotation.nodesCa());
            return new HttpNodes(urls, limit, authorities, vertx, clock);
        } catch (ConfigurationException e) {
            throw wrong(e.getMessage().replace("keyturn.rotation.nodes", "--nodes")
                    .replace("keyturn.rotation.node-timeout", "--timeout"));
        }
    }
}
