package dev.keyturn.agents;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Workers as child processes, with exec's own standard streams. Only a worker's main process is ever asked to end: a
 * signal to its group would kill the jobs that it wants to finish (livekit-agents' jobs are processes).
 */
final class WorkerProcesses implements Workers {

    private static final int HEALTHY = 200;

    /** ENOENT, in the words of JDK 17 and of JDK 25. */
    private static final Pattern NO_SUCH_FILE = Pattern.compile("error(=|: )2\\b");

    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    private final List<String> command;
    private final Optional<String> healthPortVariable;
    private final Duration settle;
    private final Consumer<String> says;
    private final Consumer<Consumer<Supervisor>> events;
    private final Map<Integer, Process> running = new ConcurrentHashMap<>();
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(HEALTH_TIMEOUT).build();

    /** @param events what happens to a worker is told there, on any thread */
    WorkerProcesses(List<String> command, Optional<String> healthPortVariable, Duration settle, Consumer<String> says,
            Consumer<Consumer<Supervisor>> events) {
        this.command = List.copyOf(command);
        this.healthPortVariable = healthPortVariable;
        this.settle = settle;
        this.says = says;
        this.events = events;
    }

    @Override
    public void start(int number, WorkerCredentials credentials) throws NotStartedException {
        var builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(credentials.environment());
        var healthPort = healthPortVariable.isPresent() ? Optional.of(freePort()) : Optional.<Integer>empty();
        healthPort.ifPresent(port -> builder.environment().put(healthPortVariable.get(), "" + port));
        var process = start(builder);
        running.put(number, process);
        says.accept("worker " + number + " (pid " + process.pid() + ") is started with " + credentials.key());
        process.onExit().thenAccept(gone -> {
            running.remove(number);
            events.accept(supervisor -> supervisor.ended(number, gone.exitValue()));
        });
        Exec.daemon(() -> watch(number, process, healthPort), "worker " + number);
    }

    private Process start(ProcessBuilder builder) throws NotStartedException {
        try {
            return builder.start();
        } catch (IOException e) { // its message has all the arguments
            var isMissing = NO_SUCH_FILE.matcher(String.valueOf(e.getMessage())).find();
            throw new NotStartedException("'" + command.get(0) + "' cannot be run: "
                    + (isMissing ? "there is no such program" : "may this user run it, and is it a program?"),
                    isMissing ? 127 : 126);
        }
    }

    /** Found and let go again: the worker takes it, as it would one of its own. */
    private static int freePort() throws NotStartedException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new NotStartedException("no port is free for the health of a worker ("
                    + e.getClass().getSimpleName() + ")", Supervisor.FAILED);
        }
    }

    private void watch(int number, Process process, Optional<Integer> healthPort) {
        try {
            while (healthPort.isPresent() && !isHealthy(healthPort.get())) {
                if (!process.isAlive()) {
                    return;
                }
                Thread.sleep(BETWEEN_LOOKS.toMillis()); // a port does not tell when it answers: it is asked
            }
            Thread.sleep(settle.toMillis()); // nor does a worker when LiveKit gives it jobs
            if (process.isAlive()) {
                events.accept(supervisor -> supervisor.up(number));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isHealthy(int port) throws InterruptedException {
        try {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                    .timeout(HEALTH_TIMEOUT).build();
            return http.send(request, BodyHandlers.discarding()).statusCode() == HEALTHY;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void drain(int number) {
        Optional.ofNullable(running.get(number)).ifPresent(Process::destroy); // SIGTERM
    }

    @Override
    public void kill(int number) {
        Optional.ofNullable(running.get(number)).ifPresent(WorkerProcesses::kill);
    }

    /** With all that it started and that is still its own. */
    static void kill(Process process) {
        Stream.concat(process.descendants().toList().stream(), Stream.of(process.toHandle()))
                .forEach(ProcessHandle::destroyForcibly);
    }
}
