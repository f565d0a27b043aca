package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keyturn.blackbox.Visits.Visit;
import dev.keyturn.keys.SigningKey;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A key is staged, delivered and promoted while people come and go, and one of them stays from before the promotion
 * until the worker on the old key drains and the one on the new key serves.
 */
final class AgentTurn {

    private static final Duration WITHIN = Duration.ofMinutes(2); // on a busy machine; else it takes seconds
    private static final String STAYS = "stays";

    private final AgentScene scene;
    private final Visits visits;
    private final Map<String, Instant> times = new LinkedHashMap<>();
    final SigningKey old;
    private Instant drained;

    AgentTurn(AgentScene scene, Visits visits) {
        this.scene = scene;
        this.visits = visits;
        this.old = scene.ring().active();
    }

    /** @param status of a worker that has drained */
    void run(int status) throws InterruptedException {
        visits.awaitAfter(Instant.MIN, 1);
        assertEquals(List.of("stage"), scene.rotate("--now").steps());
        assertEquals(List.of("deliver"), scene.rotate().steps());
        visits.whileNobodyIsThere(scene::restartLiveKit);
        scene.comes(STAYS);
        assertTrue(scene.people.await(STAYS, "agent", WITHIN).isPresent(), scene::said);

        var registrations = scene.seen.registrations().size();
        assertEquals(List.of("promote"), scene.rotate().steps());
        var ring = scene.ring();
        times.put("promoted", ring.active().since());
        awaited("the replica has read it", () -> scene.keyturn.metric("keyturn_ring_version") == ring.version());
        awaited("exec knows", () -> scene.execSaid("the key turned: " + old.key() + " -> " + ring.active().key()));
        awaited("the new worker is started",
                () -> scene.execSaid("is started with " + ring.active().key()));
        scene.await("it registers", () -> scene.seen.registrations().size() > registrations);
        times.put("it is registered", scene.seen.registrations().get(registrations));
        awaited("it is up, the old one drains", () -> scene.execSaid("worker 1 drains"));
        drained = Instant.now();
        visits.awaitAfter(drained, 2);
        times.put("its first job", jobsOnNewKey().map(AgentTurn::at).min(Instant::compareTo).orElseThrow());

        assertEquals(List.of("joined", "agent"), scene.people.eventsOf(STAYS), scene::said);
        assertTrue(!scene.execSaid("worker 1 ended"), scene::said);
        scene.people.leave(STAYS);
        times.put("its last job's person leaves", Instant.now());
        awaited("the old worker has ended", () -> scene.execSaid("worker 1 ended with status " + status));
    }

    private void awaited(String what, BooleanSupplier so) {
        scene.await(what, so);
        times.put(what, Instant.now());
    }

    private Stream<JsonNode> jobsOnNewKey() {
        return scene.events("job").stream().filter(job -> !isSignedBy(job, old));
    }

    private static boolean isSignedBy(JsonNode job, SigningKey key) {
        return job.path("key").asText().equals(key.key().value());
    }

    /** The process id of the worker whose first job was signed with this key. */
    private long worker(SigningKey key) {
        return scene.events("job").stream().filter(job -> isSignedBy(job, key)).findFirst().orElseThrow()
                .path("worker").asLong();
    }

    private static Instant at(JsonNode event) {
        return Instant.ofEpochMilli(Math.round(event.path("at").asDouble() * 1000));
    }

    /** Everybody who came had the agent, once; the job that ran across the turn was not cut. */
    void assertNobodyMissedAnything() {
        var all = visits.all();
        assertEquals(List.of(), all.stream().filter(visit -> !visit.served()).toList(), scene::said);
        all.forEach(visit -> assertEquals(1, scene.events("job").stream()
                .filter(job -> job.path("metadata").asText().equals(visit.who())).count(), visit.who()));

        var late = all.stream().filter(visit -> visit.began().isAfter(drained)).map(Visit::who)
                .map(scene::jobFor).toList();
        assertEquals(Set.of(scene.ring().active().key().value() + " " + worker(scene.ring().active())),
                late.stream().map(job -> job.path("key").asText() + " " + job.path("worker").asText())
                        .collect(Collectors.toSet()));

        var job = scene.jobFor(STAYS);
        assertEquals(old.key().value(), job.path("key").asText());
        assertEquals(List.of("joined", "agent", "left"),
                scene.people.eventsOf(STAYS).stream().filter(event -> !event.equals("disconnected")).toList());
        assertEquals(0, Set.of("reconnecting", "reconnected").stream().mapToLong(kind -> scene.events(kind).stream()
                .filter(event -> event.path("job").equals(job.path("job"))).count()).sum(), scene::said);
    }

    /** The times since the promotion, for people. */
    String pace() {
        var promoted = times.get("promoted");
        return times.entrySet().stream().skip(1)
                .map(time -> time.getKey() + " " + Turn.seconds(Duration.between(promoted, time.getValue())))
                .collect(Collectors.joining(", "))
                + "; " + visits.all().size() + " visits, " + jobsOnNewKey().count() + " on the new key";
    }
}
