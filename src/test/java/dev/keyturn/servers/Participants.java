package dev.keyturn.servers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** People in rooms, with LiveKit's own client: they join, are told of an agent there, and leave. */
public final class Participants implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final List<JsonNode> events = new ArrayList<>();

    private Participants(Process process) {
        this.process = process;
        var reader = new Thread(this::read, "participants");
        reader.setDaemon(true);
        reader.start();
    }

    public static Participants start() {
        return startBy(List.of());
    }

    /** By a program that runs them, such as {@link LossyNetwork#runner}. */
    public static Participants startBy(List<String> runner) {
        var command = new ArrayList<>(runner);
        command.addAll(List.of(ServerBinary.PYTHON_AGENTS.path().toString(),
                AgentSdk.ours("agents-python/participants.py")));
        try {
            return new Participants(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param url of LiveKit, for clients */
    public void join(String who, String url, String token) {
        tell(Map.of("join", who, "url", url, "token", token));
    }

    /** A tone and a picture that moves, until they leave. */
    public void publish(String who) {
        tell(Map.of("publish", who));
    }

    public void leave(String who) {
        tell(Map.of("leave", who));
    }

    private synchronized void tell(Map<String, String> what) {
        try {
            var input = process.getOutputStream();
            input.write(JSON.writeValueAsBytes(what));
            input.write('\n');
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (var lines = process.inputReader()) {
            for (String line; (line = lines.readLine()) != null;) {
                add(JSON.readTree(line));
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException ended) {
            // there is no more
        }
    }

    private void add(JsonNode event) {
        synchronized (events) {
            events.add(event);
            events.notifyAll();
        }
    }

    /**
     * What happened to one of them so far, oldest first: {@code joined}, {@code published}, {@code agent},
     * {@code agent_gone}, {@code reconnecting}, {@code reconnected}, {@code disconnected}, {@code refused}, {@code left}.
     */
    public List<String> eventsOf(String who) {
        synchronized (events) {
            return events.stream().filter(event -> event.path("who").asText().equals(who))
                    .map(event -> event.path("event").asText()).toList();
        }
    }

    /** Waits until this has happened to one of them; empty if it does not in time. */
    public Optional<JsonNode> await(String who, String what, Duration within) throws InterruptedException {
        var until = System.nanoTime() + within.toNanos();
        synchronized (events) {
            while (true) {
                var found = events.stream().filter(event -> event.path("who").asText().equals(who)
                        && event.path("event").asText().equals(what)).findFirst();
                var left = until - System.nanoTime();
                if (found.isPresent() || left <= 0) {
                    return found;
                }
                TimeUnit.NANOSECONDS.timedWait(events, left);
            }
        }
    }

    /** All leave. */
    @Override
    public void close() throws Exception {
        process.getOutputStream().close();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
