package dev.keyturn.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.agents.Supervisor.Pace;
import dev.keyturn.agents.Workers.NotStartedException;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SupervisorTest {

    private static final Pace PACE = new Pace(Duration.ofMinutes(2), Duration.ofMinutes(65), true);
    private static final int SIGTERM = 15;

    private final TestClock clock = new TestClock();
    private final List<String> done = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private NotStartedException fault;
    private Supervisor supervisor = supervisor(PACE);

    private Supervisor supervisor(Pace pace) {
        return new Supervisor(new Workers() {

            @Override
            public void start(int number, WorkerCredentials credentials) throws NotStartedException {
                if (fault != null) {
                    throw fault;
                }
                done.add("start " + number + " " + credentials.key());
            }

            @Override
            public void drain(int number) {
                done.add("drain " + number);
            }

            @Override
            public void kill(int number) {
                done.add("kill " + number);
            }
        }, pace, clock, said::add);
    }

    private static WorkerCredentials pair(String key, long version) {
        return new WorkerCredentials(
                "ws://livekit:7880", new ApiKey(key), ApiSecret.of(TestKeys.secretOf(key)), version,
                Optional.empty(), "W/\"" + key + "." + version + "\"");
    }

    private void one_serves() {
        supervisor.given(pair("APIone", 1));
        supervisor.up(1);
        done.clear();
        said.clear();
    }

    private void passes(Duration time) {
        clock.advance(time);
        supervisor.due();
    }

    private void did(String... actions) {
        assertEquals(List.of(actions), done);
        done.clear();
    }

    private void is_over_with(int status) {
        assertEquals(OptionalInt.of(status), supervisor.exitStatus(), () -> "it said " + said);
    }

    private void is_not_over() {
        assertEquals(OptionalInt.empty(), supervisor.exitStatus());
    }

    @Test
    void nothing_runs_before_there_are_credentials() {
        supervisor.due();
        did();
        assertEquals(Optional.empty(), supervisor.dueAt());
    }

    @Test
    void at_a_turn_the_first_drains_when_the_second_is_up_and_not_before() {
        one_serves();
        supervisor.given(pair("APItwo", 3));
        did("start 2 APItwo");
        passes(Duration.ofSeconds(100));
        did();
        assertEquals(new ApiKey("APIone"), supervisor.status().inUse().orElseThrow().key());
        supervisor.up(2);
        did("drain 1");
        assertEquals(new ApiKey("APItwo"), supervisor.status().inUse().orElseThrow().key());
        supervisor.ended(1, 0);
        did();
        is_not_over();
        assertEquals(1, supervisor.status().turnsDone());
    }

    @Test
    void the_same_credentials_again_change_nothing() {
        one_serves();
        supervisor.given(pair("APIone", 2));
        did();
    }

    @Test
    void another_url_alone_is_turned_to_once_it_stays_so_for_a_minute() {
        one_serves();
        var moved = new WorkerCredentials("ws://moved:7880", new ApiKey("APIone"),
                ApiSecret.of(TestKeys.secretOf("APIone")), 1, Optional.empty(), "W/\"APIone.moved\"");
        supervisor.given(moved);
        passes(Duration.ofSeconds(59));
        supervisor.given(pair("APIone", 1));
        passes(Duration.ofMinutes(5));
        did();
        supervisor.given(moved);
        passes(Duration.ofSeconds(60));
        did("start 2 APIone");
    }

    @Test
    void a_key_that_turns_again_while_the_second_starts_is_turned_to_afterwards() {
        one_serves();
        supervisor.given(pair("APItwo", 3));
        supervisor.given(pair("APIthree", 6));
        did("start 2 APItwo");
        supervisor.up(2);
        did("drain 1", "start 3 APIthree");
        supervisor.up(3);
        did("drain 2");
    }

    @Test
    void the_first_goes_on_when_the_second_ends_before_it_is_up() {
        one_serves();
        supervisor.given(pair("APItwo", 3));
        done.clear();
        supervisor.ended(2, 1);
        did();
        assertEquals(1, supervisor.status().turnsFailed());
        assertEquals(List.of("worker 2 ended with status 1 before it was up; the next starts in 1 s, and worker 1"
                + " goes on"), said.subList(1, 2));
        passes(Duration.ofSeconds(1));
        did("start 3 APItwo");
        supervisor.ended(3, 1);
        passes(Duration.ofSeconds(1));
        did();
        passes(Duration.ofSeconds(1));
        did("start 4 APItwo");
    }

    @Test
    void a_second_that_never_comes_up_drains_for_it_may_have_jobs_and_the_first_goes_on() {
        one_serves();
        supervisor.given(pair("APItwo", 3));
        done.clear();
        passes(Duration.ofMinutes(2));
        did("drain 2");
        supervisor.up(2);
        supervisor.ended(2, 0);
        did();
        assertEquals(1, supervisor.status().turnsFailed());
        passes(Duration.ofSeconds(1));
        did("start 3 APItwo");
    }

    @Test
    void those_that_never_come_up_and_will_not_end_do_not_pile_up() {
        one_serves();
        supervisor.given(pair("APItwo", 3));
        passes(Duration.ofMinutes(2));
        done.clear();
        passes(Duration.ofMinutes(30));
        did();
        supervisor.ended(2, 0);
        passes(Duration.ZERO);
        did("start 3 APItwo");
    }

    @Test
    void one_that_never_came_up_and_will_not_end_keeps_no_place_free_of_a_worker() {
        one_serves();
        supervisor.given(pair("APItwo", 3));
        passes(Duration.ofMinutes(2));
        done.clear();
        supervisor.ended(1, 0);
        passes(Duration.ofSeconds(1));
        did("start 3 APItwo");
    }

    @Test
    void the_only_worker_is_left_running_though_it_never_comes_up_and_is_turned_all_the_same() {
        supervisor.given(pair("APIone", 1));
        done.clear();
        passes(Duration.ofHours(1));
        did();
        assertEquals(0, supervisor.status().up(), "it is not ready");
        supervisor.given(pair("APItwo", 3));
        did("start 2 APItwo");
        supervisor.up(2);
        did("drain 1");
        assertEquals(1, supervisor.status().up());
    }

    @Test
    void the_only_worker_counts_as_up_when_its_health_answers_late() {
        supervisor.given(pair("APIone", 1));
        passes(Duration.ofHours(1));
        supervisor.up(1);
        assertEquals(1, supervisor.status().up());
    }

    @Test
    void a_worker_that_ends_unasked_is_started_again_ever_more_slowly_whatever_its_status() {
        one_serves();
        var seconds = new int[] {1, 2, 4, 8, 16, 32, 60, 60};
        for (int i = 0; i < seconds.length; i++) {
            supervisor.ended(i + 1, 0);
            assertEquals(clock.instant().plusSeconds(seconds[i]), supervisor.dueAt().orElseThrow());
            passes(Duration.ofSeconds(seconds[i]).minusMillis(1));
            did();
            passes(Duration.ofMillis(1));
            did("start " + (i + 2) + " APIone");
            supervisor.up(i + 2);
        }
        assertEquals(seconds.length, supervisor.status().restarts());
        passes(Duration.ofMinutes(2));
        supervisor.ended(seconds.length + 1, 3);
        passes(Duration.ofSeconds(1));
        did("start " + (seconds.length + 2) + " APIone");
    }

    @Test
    void a_new_key_ends_the_wait_for_a_restart() {
        one_serves();
        supervisor.ended(1, 0);
        supervisor.given(pair("APItwo", 3));
        did("start 2 APItwo");
    }

    @Test
    void a_worker_that_ends_while_the_next_one_starts_is_not_started_again() {
        one_serves();
        supervisor.given(pair("APItwo", 3));
        supervisor.ended(1, 0);
        passes(Duration.ofSeconds(90));
        did("start 2 APItwo");
        supervisor.up(2);
        did();
        assertEquals(1, supervisor.status().restarts());
        assertEquals(0, supervisor.status().turnsFailed());
    }

    @Test
    void without_restart_exec_ends_with_the_status_of_a_worker_that_ends_unasked() {
        supervisor = supervisor(new Pace(PACE.startLimit(), PACE.drainLimit(), false));
        one_serves();
        supervisor.ended(1, 7);
        is_over_with(7);
    }

    @Test
    void without_restart_those_that_drain_are_waited_for() {
        supervisor = supervisor(new Pace(PACE.startLimit(), PACE.drainLimit(), false));
        one_serves();
        supervisor.given(pair("APItwo", 3));
        supervisor.up(2);
        supervisor.ended(2, 7);
        is_not_over();
        supervisor.ended(1, 0);
        is_over_with(7);
    }

    @Test
    void the_first_signal_while_the_last_jobs_are_waited_for_cuts_none_of_them() {
        supervisor = supervisor(new Pace(PACE.startLimit(), PACE.drainLimit(), false));
        one_serves();
        supervisor.given(pair("APItwo", 3));
        supervisor.up(2);
        supervisor.ended(2, 7);
        done.clear();
        supervisor.told("SIGTERM", SIGTERM, false);
        did();
        supervisor.told("SIGTERM", SIGTERM, false);
        did("kill 1");
        supervisor.ended(1, 137);
        is_over_with(7);
    }

    @Test
    void a_signal_drains_every_worker_and_the_status_is_that_of_the_one_that_served() {
        one_serves();
        supervisor.given(pair("APItwo", 3));
        done.clear();
        supervisor.told("SIGTERM", SIGTERM, false);
        did("drain 2", "drain 1");
        supervisor.ended(1, 5);
        is_not_over();
        supervisor.ended(2, 6);
        is_over_with(5);
    }

    @Test
    void a_signal_does_not_reach_a_worker_twice() {
        one_serves();
        supervisor.given(pair("APItwo", 3));
        supervisor.up(2);
        done.clear();
        supervisor.told("SIGTERM", SIGTERM, false);
        did("drain 2");
    }

    @Test
    void ctrl_c_at_a_terminal_is_not_passed_on_for_the_workers_had_it_too() {
        one_serves();
        supervisor.told("SIGINT", 2, true);
        did();
        supervisor.ended(1, 0);
        is_over_with(0);
    }

    @Test
    void a_second_signal_ends_all_at_once() {
        one_serves();
        supervisor.given(pair("APItwo", 3));
        supervisor.up(2);
        supervisor.told("SIGTERM", SIGTERM, false);
        done.clear();
        supervisor.told("SIGTERM", SIGTERM, false);
        assertEquals(new TreeSet<>(List.of("kill 1", "kill 2")), new TreeSet<>(done));
        supervisor.ended(1, 137);
        supervisor.ended(2, 137);
        is_over_with(137);
    }

    @Test
    void a_signal_before_the_first_worker_ends_it_as_the_signal_would() {
        supervisor.told("SIGTERM", SIGTERM, false);
        is_over_with(128 + SIGTERM);
        supervisor.given(pair("APIone", 1));
        did();
    }

    @Test
    void after_a_signal_nothing_is_started_any_more() {
        one_serves();
        supervisor.ended(1, 1);
        supervisor.told("SIGTERM", SIGTERM, false);
        passes(Duration.ofHours(1));
        did();
        is_over_with(128 + SIGTERM);
    }

    @Test
    void a_drain_that_never_ends_is_ended_and_only_once() {
        one_serves();
        supervisor.given(pair("APItwo", 3));
        supervisor.up(2);
        done.clear();
        passes(Duration.ofMinutes(65));
        passes(Duration.ofMinutes(65));
        did("kill 1");
        supervisor.ended(1, 137);
        is_not_over();
    }

    @Test
    void a_refusal_ends_a_start_and_nothing_that_runs() {
        supervisor.refused();
        is_over_with(Supervisor.FAILED);
        supervisor = supervisor(PACE);
        one_serves();
        supervisor.refused();
        supervisor.ended(1, 0);
        supervisor.refused();
        is_not_over();
    }

    @Test
    void a_command_that_cannot_be_run_ends_a_start_and_never_a_worker_that_serves() {
        fault = new NotStartedException("'agent' cannot be run: there is no such program", 127);
        supervisor.given(pair("APIone", 1));
        is_over_with(127);

        supervisor = supervisor(PACE);
        fault = null;
        one_serves();
        fault = new NotStartedException("'agent' cannot be run", 126);
        supervisor.given(pair("APItwo", 3));
        is_not_over();
        assertEquals(1, supervisor.status().turnsFailed());
        fault = null;
        passes(Duration.ofSeconds(1));
        did("start 2 APItwo");
    }

    /** Whatever happens in whatever order: never two that serve, none drained twice, and an end comes to an end. */
    @Test
    void whatever_happens_one_serves_and_an_end_is_an_end() {
        for (int seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed);
            done.clear();
            supervisor = supervisor(new Pace(PACE.startLimit(), PACE.drainLimit(), random.nextBoolean()));
            var alive = new TreeSet<Integer>();
            var drained = new TreeSet<Integer>();
            int version = 0;
            for (int step = 0; step < 60 && supervisor.exitStatus().isEmpty(); step++) {
                var any = alive.isEmpty() ? 0 : List.copyOf(alive).get(random.nextInt(alive.size()));
                switch (random.nextInt(step > 40 ? 8 : 7)) {
                    case 0 -> supervisor.given(pair("API" + ++version, version));
                    case 1, 2 -> supervisor.up(any);
                    case 3 -> {
                        if (alive.remove(any)) {
                            supervisor.ended(any, random.nextInt(3));
                        }
                    }
                    case 4 -> supervisor.refused();
                    case 5, 6 -> passes(Duration.ofSeconds(random.nextInt(4_000)));
                    default -> supervisor.told("SIGTERM", SIGTERM, false);
                }
                for (var action : done) {
                    var number = Integer.parseInt(action.split(" ")[1]);
                    if (action.startsWith("start")) {
                        alive.add(number);
                    } else if (action.startsWith("drain")) {
                        assertTrue(drained.add(number), "seed " + seed + ": worker " + number + " was told twice");
                    }
                }
                done.clear();
                var undrained = alive.stream().filter(number -> !drained.contains(number)).count();
                assertTrue(undrained <= 2, "seed " + seed + ": " + undrained + " workers take jobs");
            }
            supervisor.told("SIGTERM", SIGTERM, false);
            for (var number : alive) {
                supervisor.ended(number, 0);
            }
            assertTrue(supervisor.exitStatus().isPresent(), "seed " + seed + " does not end; it said " + said);
            said.clear();
        }
    }
}
