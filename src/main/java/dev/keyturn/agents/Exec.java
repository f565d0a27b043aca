package dev.keyturn.agents;

import static dev.keyturn.agents.AgentSettings.require;

import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import sun.misc.Signal;

/**
 * {@code keyturn exec}: runs an agent's command with credentials of a Keyturn server, and at a turn of the keys a
 * second one beside it before the first may drain.
 */
@Singleton
public final class Exec {

    /** All of them ask for a drain: it is what LiveKit's agents know. */
    private static final List<String> SIGNALS = List.of("TERM", "INT", "HUP");

    /** Never set: were the machine's own put forward by an hour, all that drain would have had their time. */
    private static final InstantSource CLOCK = () -> Instant.EPOCH.plusNanos(System.nanoTime());

    private final ExecConfig config;
    private final Vertx vertx;
    private final BlockingQueue<Consumer<Supervisor>> events = new LinkedBlockingQueue<>();
    private volatile Supervisor.Status status = Supervisor.Status.NONE;

    Exec(ExecConfig config, Vertx vertx) {
        this.config = config;
        this.vertx = vertx;
    }

    /** What may be said on the command line, too. */
    public record Options(URI from, Optional<Path> tokenFile, Optional<Integer> port, boolean restart) {}

    /**
     * Runs until the command has ended for good.
     *
     * @param says takes a line for people; no secret is in it
     * @return exec's exit status
     * @throws ConfigurationException if a setting makes no sense; says which in a sentence
     */
    public int run(Options options, List<String> command, Consumer<String> says) throws InterruptedException {
        check(config, options);
        var client = new CredentialsClient(options.from(),
                new BearerSource(options.tokenFile(), config.tokenCommand()), config.caFile());
        var workers = new WorkerProcesses(command, config.healthPortVariable(), config.settle(), says, events::add);
        var supervisor = new Supervisor(workers,
                new Supervisor.Pace(config.startLimit(), config.drainLimit(), options.restart()), CLOCK, says);
        var poll = new CredentialsPoll(client, () -> status.inUse(), events::add, says);
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT); // the server's metrics are not exec's
        ExecMetrics.bind(registry, () -> status, poll);
        try (var port = ExecPort.open(vertx, config.host(), options.port(), registry, () -> status)) {
            listenToSignals();
            Orphans.reap(says);
            var asking = daemon(poll, "credentials");
            supervise(supervisor);
            asking.interrupt();
        }
        return supervisor.exitStatus().getAsInt();
    }

    private static void check(ExecConfig config, Options options) {
        options.port().ifPresent(port -> require(port > 0 && port < 0x10000, "keyturn.exec.port", port, "1 to 65535"));
        config.healthPortVariable().ifPresent(name -> require(name.matches("[A-Za-z_][A-Za-z0-9_]*"),
                "keyturn.exec.health-port-variable", name, "letters, digits and _"));
        require(!config.settle().isNegative(), "keyturn.exec.settle", config.settle(), "0s or more");
        require(config.startLimit().compareTo(config.settle()) > 0, "keyturn.exec.start-limit", config.startLimit(),
                "longer than keyturn.exec.settle (" + config.settle() + "), or no worker is ever up in time");
        require(config.drainLimit().toSeconds() >= 1, "keyturn.exec.drain-limit", config.drainLimit(), "at least 1s");
    }

    private void listenToSignals() {
        for (var name : SIGNALS) {
            Signal.handle(new Signal(name), signal -> events.add(supervisor -> supervisor.told(
                    "SIG" + name, signal.getNumber(), name.equals("INT") && Foreground.isOurs())));
        }
    }

    private void supervise(Supervisor supervisor) throws InterruptedException {
        while (supervisor.exitStatus().isEmpty()) {
            var due = supervisor.dueAt();
            var event = due.isEmpty() ? events.take() : events.poll(
                    Math.max(1, Duration.between(CLOCK.instant(), due.get()).toMillis()), TimeUnit.MILLISECONDS);
            if (event != null) {
                event.accept(supervisor);
            }
            supervisor.due();
            status = supervisor.status();
        }
    }

    static Thread daemon(Runnable work, String name) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
