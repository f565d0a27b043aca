package dev.keyturn.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auth0.jwt.JWT;
import dev.keyturn.NativeCaches;
import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.servers.WebhookListener;
import dev.keyturn.tokens.WebhookRelay.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two applications that listen, each with a key pair of its own that LiveKit's SDK verifies with. */
class WebhookRelayTest {

    private static final KeyRing RING = TestKeys.ring("APIring");

    private final WebhookListener first = WebhookListener.start("APIfirst", TestKeys.secretOf("first"));
    private final WebhookListener second = WebhookListener.start("APIsecond", TestKeys.secretOf("second"));
    private final Map<String, String> settings = new HashMap<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private WebhookRelay relay;

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    private WebhookRelay relay(Clock clock) {
        var config = new SmallRyeConfigBuilder().addDiscoveredConverters().withMapping(WebhooksConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100)).build();
        relay = new WebhookRelay(config.getConfigMapping(WebhooksConfig.class), new WebhookMetrics(registry), clock);
        return relay;
    }

    private void relayToBoth(Clock clock) {
        first.settings("first").forEach(settings::putIfAbsent);
        second.settings("second").forEach(settings::putIfAbsent);
        relay(clock);
    }

    private Outcome pass(String id, String room) {
        try {
            return relay.pass(WebhookEvent.read(TestWebhooks.event("room_started", id, room).getBytes(UTF_8)), RING);
        } catch (BadBodyException e) {
            throw new AssertionError(e);
        }
    }

    private double dropped(String receiver, String reason) {
        return registry.get("keyturn.webhooks.dropped").tags("receiver", receiver, "reason", reason).counter().count();
    }

    private double relayed(String receiver) {
        return registry.get("keyturn.webhooks.relayed").tag("receiver", receiver).counter().count();
    }

    private double queued(String receiver) {
        return registry.get("keyturn.webhooks.queued").tag("receiver", receiver).gauge().value();
    }

    private static void await(BooleanSupplier so) {
        var until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!so.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, "not so within 30 s");
            LockSupport.parkNanos(5_000_000); // between two looks
        }
    }

    @Test
    void its_cache_is_in_the_native_executable() throws Exception {
        NativeCaches.assertHasThoseOf(relay(Clock.systemUTC()));
    }

    @Test
    void every_receiver_gets_the_body_as_it_came_signed_with_its_own_key() {
        relayToBoth(Clock.systemUTC());
        assertEquals(Outcome.TAKEN, pass("EV_1", "standup"));

        await(() -> relayed("first") == 1 && relayed("second") == 1);
        assertEquals(List.of("room_started standup EV_1"), first.events());
        assertEquals(List.of("room_started standup EV_1"), second.events());
        var call = first.calls().get(0);
        assertEquals(TestWebhooks.event("room_started", "EV_1", "standup"), call.body());
        assertEquals("application/webhook+json", call.contentType());
        assertEquals("APIfirst", JWT.decode(call.authorization()).getIssuer());
        await(() -> queued("first") == 0 && queued("second") == 0);
    }

    @Test
    void the_events_of_a_room_keep_their_order_also_through_failures() {
        relayToBoth(Clock.systemUTC());
        first.answers(500);
        for (int i = 0; i < 100; i++) {
            pass("EV_" + i, "room-" + i % 7);
        }
        await(() -> first.calls().size() >= 7);
        first.answers(429);
        var tries = first.calls().size();
        await(() -> first.calls().size() > tries);
        first.answers(200);

        await(() -> relayed("first") == 100 && relayed("second") == 100);
        for (var listener : List.of(first, second)) {
            for (int room = 0; room < 7; room++) {
                var name = "room-" + room;
                var expected = IntStream.range(0, 100).filter(i -> ("room-" + i % 7).equals(name))
                        .mapToObj(i -> "room_started " + name + " EV_" + i).toList();
                assertEquals(expected, listener.events().stream().filter(e -> e.contains(name + " ")).toList());
            }
        }
    }

    @Test
    void a_receiver_that_hangs_holds_up_nobody_else_and_is_tried_again() {
        settings.put("keyturn.webhooks.receivers.first.timeout", "100ms");
        relayToBoth(Clock.systemUTC());
        first.hang();
        for (int i = 0; i < 50; i++) {
            pass("EV_" + i, "standup");
        }
        await(() -> relayed("second") == 50);
        await(() -> first.calls().size() >= 2);
        assertEquals(50, queued("first"));
        first.hangNoMore();
        await(() -> relayed("first") == 50);
    }

    @Test
    void a_receiver_that_is_away_gets_everything_once_it_is_back() {
        settings.putAll(first.settings("first"));
        settings.put("keyturn.webhooks.receivers.first.url", "http://127.0.0.1:1/"); // nobody is there
        settings.putAll(second.settings("second"));
        relay(Clock.systemUTC());
        pass("EV_1", "standup");

        await(() -> relayed("second") == 1);
        assertEquals(1, queued("first"));
        assertEquals(0, relayed("first"));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 400, 401, 404, 413})
    void an_answer_that_time_will_not_change_is_final_and_counted(int status) {
        relayToBoth(Clock.systemUTC());
        first.answers(status);
        pass("EV_1", "standup");
        await(() -> dropped("first", "refused") == 1);
        first.answers(200);
        pass("EV_2", "standup");

        await(() -> relayed("first") == 1);
        assertEquals(List.of("room_started standup EV_2"), first.events());
    }

    @Test
    void each_try_has_a_token_of_its_own_time_and_an_event_is_given_up_when_it_is_too_old() {
        var clock = new TestClock();
        relayToBoth(clock);
        first.answers(503);
        second.answers(503);
        pass("EV_1", "standup");
        await(() -> !first.calls().isEmpty());
        clock.advance(Duration.ofMinutes(4));
        var tries = first.calls().size();
        await(() -> first.calls().size() > tries + 1);
        assertEquals(0, dropped("first", "gave_up"));
        clock.advance(Duration.ofMinutes(1));

        await(() -> dropped("first", "gave_up") == 1);
        var calls = first.calls();
        var early = JWT.decode(calls.get(0).authorization());
        assertEquals(TestClock.START.plusSeconds(300), early.getExpiresAtAsInstant());
        assertEquals(TestClock.START.minusSeconds(60), early.getNotBeforeAsInstant(), "a clock may be behind");
        var late = JWT.decode(calls.get(tries + 1).authorization());
        assertEquals(TestClock.START.plusSeconds(240 + 300), late.getExpiresAtAsInstant());
    }

    @Test
    void what_a_full_queue_has_no_room_for_is_dropped_and_counted_while_others_have_room() {
        settings.put("keyturn.webhooks.receivers.first.queue-size", "3");
        relayToBoth(Clock.systemUTC());
        first.hang();
        for (int i = 0; i < 10; i++) {
            assertEquals(Outcome.TAKEN, pass("EV_" + i, "standup"));
        }
        assertEquals(7, dropped("first", "queue_full"));
        await(() -> relayed("second") == 10);
    }

    @Test
    void when_every_queue_is_full_livekit_is_to_send_it_again_and_then_it_is_taken() {
        settings.put("keyturn.webhooks.receivers.first.queue-size", "2");
        settings.putAll(first.settings("first"));
        relay(Clock.systemUTC());
        first.hang();
        pass("EV_1", "standup");
        pass("EV_2", "standup");
        assertEquals(Outcome.QUEUES_FULL, pass("EV_3", "standup"));
        assertEquals(Outcome.QUEUES_FULL, pass("EV_3", "standup"));
        assertEquals(0, dropped("first", "queue_full"));
        first.hangNoMore();
        await(() -> relayed("first") == 2);

        assertEquals(Outcome.TAKEN, pass("EV_3", "standup"));
        assertEquals(Outcome.REPEATED, pass("EV_3", "standup"));
        await(() -> relayed("first") == 3);
    }

    @Test
    void a_queue_is_full_by_its_bytes_too() throws BadBodyException {
        settings.putAll(first.settings("first"));
        relay(Clock.systemUTC());
        first.hang();
        var outcomes = new HashMap<Outcome, Integer>();
        for (int i = 0; i < 20; i++) {
            var body = "{\"event\":\"x\",\"id\":\"EV_" + i + "\",\"pad\":\"" + "x".repeat(2_000_000) + "\"}";
            outcomes.merge(relay.pass(WebhookEvent.read(body.getBytes(UTF_8)), RING), 1, Integer::sum);
        }
        assertEquals(Map.of(Outcome.TAKEN, 16, Outcome.QUEUES_FULL, 4), outcomes);
    }

    @Test
    void an_event_that_comes_again_is_passed_on_once_until_no_token_of_it_can_be_valid() {
        var clock = new TestClock();
        relay(clock);
        assertEquals(Outcome.TAKEN, pass("EV_1", "standup"));
        clock.advance(Duration.ofMinutes(7));
        assertEquals(Outcome.REPEATED, pass("EV_1", "standup"));
        clock.advance(Duration.ofMinutes(10));
        assertEquals(Outcome.TAKEN, pass("EV_1", "standup"));
    }

    @ParameterizedTest
    @CsvSource({"APIring,another", "APIanother,APIring"})
    void a_receiver_with_a_key_or_secret_of_the_ring_gets_nothing(String key, String secret) {
        settings.put("keyturn.webhooks.receivers.first.key", key);
        settings.put("keyturn.webhooks.receivers.first.secret", TestKeys.secretOf(secret));
        relayToBoth(Clock.systemUTC());
        assertEquals(Outcome.TAKEN, pass("EV_1", "standup"));

        await(() -> relayed("second") == 1);
        assertEquals(1, dropped("first", "ring_key"));
        assertEquals(List.of(), first.calls());
    }

    @Test
    void the_end_of_the_program_waits_for_what_is_queued_and_tries_at_once_what_pauses() {
        relayToBoth(Clock.systemUTC());
        first.answers(503);
        pass("EV_1", "standup");
        await(() -> first.calls().size() >= 3);
        first.answers(200);
        relay.end();

        assertEquals(1, relayed("first"));
        assertEquals(0, dropped("first", "shutdown"));
    }

    @Test
    void what_cannot_be_delivered_before_the_end_is_counted() {
        relayToBoth(Clock.systemUTC());
        first.hang();
        pass("EV_1", "standup");
        pass("EV_2", "standup");
        relay.end();

        assertEquals(2, dropped("first", "shutdown"));
        assertEquals(2, relayed("second"));
        assertEquals(Outcome.QUEUES_FULL, pass("EV_3", "standup"), "another replica is to have it");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "url | ftp://x/ | url", "url | https:/x | url", "url | https://u:p@x/ | url",
        "key | a b | key", "secret | tooshort | at least 32", "secret-file | /nowhere | secret-file",
        "timeout | 1ms | timeout", "give-up-after | 2d | give-up-after", "queue-size | 0 | queue-size",
        "ca-file | /nowhere | ca-file"})
    void what_cannot_work_does_not_start_and_is_said_in_a_sentence(String word, String value, String says) {
        settings.putAll(first.settings("first"));
        settings.put("keyturn.webhooks.receivers.first." + word, value);
        var refused = assertThrows(ConfigurationException.class, () -> relay(Clock.systemUTC())).getMessage();
        assertTrue(refused.startsWith("keyturn.webhooks.receivers.first.") && refused.contains(says), refused);
        assertFalse(refused.contains("canary") || refused.contains("tooshort"), refused);
    }

    @Test
    void a_secret_may_stand_in_a_file() throws IOException {
        settings.putAll(first.settings("first"));
        var secret = settings.remove("keyturn.webhooks.receivers.first.secret");
        settings.put("keyturn.webhooks.receivers.first.secret-file",
                Files.writeString(folder.resolve("secret"), secret + "\n").toString());
        relay(Clock.systemUTC());
        pass("EV_1", "standup");
        await(() -> relayed("first") == 1);
    }

    @Test
    void pauses_grow_to_half_a_minute_and_differ() {
        for (int failures = 0; failures < 100; failures++) {
            var longest = Math.min(500L << Math.min(failures, 6), 30_000);
            var pause = RelayReceiver.pauseAfter(failures).toMillis();
            assertTrue(pause >= longest / 2 && pause <= longest, failures + ": " + pause);
        }
    }
}
