package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.Tables;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.Namespaces;
import dev.keyturn.servers.Ports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code keyturn exec} alone: signals, exits, crashes, slow starts, drains, and servers that behave badly. */
class ExecIT {

    private final ExecScene scene = new ExecScene();

    @TempDir
    Path folder;

    @AfterEach
    void end() {
        scene.close();
    }

    private void a_server() {
        scene.server.start();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP"})
    void a_signal_drains_the_agent_and_the_status_is_the_agents(String signal) {
        a_server();
        scene.starts(ExecScene.AGENT).says("worker 1 is up");
        scene.signal(signal).says("agent APIone drains").ends_with(7);
        scene.says("keyturn exec: ending: SIG" + signal);
    }

    @Test
    void a_second_signal_ends_the_agent_and_all_that_it_started_at_once() {
        a_server();
        scene.starts("trap 'echo stays' TERM; sleep 1000 & echo began; while :; do sleep 0.05; done").says("began");
        var started = scene.descendants();
        scene.signal("TERM").says("stays").signal("TERM").ends_with(137);
        scene.await("nothing is left", () -> started.stream().noneMatch(ProcessHandle::isAlive));
    }

    @ParameterizedTest
    @CsvSource({"exit 0, 0", "exit 3, 3", "kill -KILL $$, 137", "kill -TERM $$, 143"})
    void without_restart_the_status_is_the_commands(String script, int status) {
        a_server();
        scene.option("--no-restart").starts(script).ends_with(status);
        scene.says("worker 1 ended");
    }

    @Test
    void a_command_that_is_not_there_or_cannot_be_run_is_said_as_a_shell_does() throws IOException {
        a_server();
        scene.startsCommand("/no/such/agent", "canary-argument").ends_with(127);
        scene.says("keyturn exec: '/no/such/agent' cannot be run: there is no such program");
        scene.startsCommand(Files.createFile(folder.resolve("agent")).toString()).ends_with(126);
        scene.says("cannot be run: may this user run it");
        assertFalse(scene.log().contains("canary-argument"));
    }

    @Test
    void a_refusal_ends_the_start_and_says_why() {
        a_server();
        scene.server.answerWith(403);
        scene.starts(ExecScene.AGENT).ends_with(125);
        scene.says("/agent/credentials answers 403: No rule gives credentials to this caller.");
    }

    @Test
    void what_is_wrong_with_the_settings_is_said_in_a_sentence() {
        var settings = Map.of("keyturn.exec.settle", "1s");
        var nowhere = KeyturnProcess.run(settings, "", "exec", "--", "true");
        assertEquals(125, nowhere.status());
        assertEquals("keyturn exec: nobody said where Keyturn is: --from=https://keyturn.example.com,"
                + " or keyturn.exec.from\n", nowhere.err());
        var noUrl = KeyturnProcess.run(settings, "", "exec", "--from=keyturn", "--", "true");
        assertEquals(125, noUrl.status());
        assertEquals(
                List.of("keyturn exec: 'keyturn' is no URL of a Keyturn server, such as https://keyturn.example.com"),
                noUrl.err().lines().toList());
        var userInUrl =
                KeyturnProcess.run(settings, "", "exec", "--from=https://ada:canary@keyturn.test", "--", "true");
        assertEquals(125, userInUrl.status());
        assertFalse(userInUrl.err().contains("canary"), userInUrl.err());
        var noCommand = KeyturnProcess.run(settings, "", "exec", "--from=https://keyturn.test");
        assertEquals(2, noCommand.status());
        assertTrue(noCommand.err().contains("COMMAND"), noCommand.err());
    }

    @Test
    void it_runs_where_nothing_may_be_written() {
        a_server();
        var ended = KeyturnProcess.run(Map.of("quarkus.vertx.cache-directory", "/proc/keyturn"), "", "exec",
                "--from=" + scene.server.url(), "--no-restart", "--", "true");
        assertEquals(0, ended.status(), ended::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "settle, -1s, 'is ''PT-1S'': 0s or more'",
        "start-limit, 9s, 'is ''PT9S'': longer than keyturn.exec.settle (PT15S), or no worker is ever up in time'",
        "drain-limit, 0s, 'is ''PT0S'': at least 1s'",
        "port, 70000, 'is ''70000'': 1 to 65535'",
        "health-port-variable, A=B, 'is ''A=B'': letters, digits and _'"})
    void a_setting_with_which_no_turn_would_ever_succeed_stops_the_start(String name, String value, String sentence) {
        var ended = KeyturnProcess.run(Map.of("keyturn.exec." + name, value), "", "exec", "--from=https://keyturn.test",
                "--", "true");
        assertEquals(List.of("keyturn exec: keyturn.exec." + name + " " + sentence), ended.err().lines().toList());
        assertEquals(125, ended.status());
    }

    @Test
    void the_agent_gets_the_credentials_and_everything_else_as_it_was() {
        a_server();
        scene.option("--no-restart").starts("env; echo args: $0 \"$@\"").ends_with(0);
        var lines = scene.log().lines().collect(Collectors.toSet());
        assertTrue(lines.containsAll(List.of("LIVEKIT_URL=ws://livekit.test", "LIVEKIT_API_KEY=APIone",
                "LIVEKIT_API_SECRET=" + ExecScene.SECRET_ONE, "LIVEKIT_AGENT_NAME=helper", "args: sh")), scene::log);
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("PATH=")));
    }

    @Test
    void standard_output_and_error_pass_through_untouched() throws IOException {
        a_server();
        var bytes = new byte[4096];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        Files.write(folder.resolve("bytes"), bytes);
        var copy = folder.resolve("out");
        var script = ExecScene.script(folder, "cat; cat %s >%s; echo to-out; echo to-err >&2".formatted(
                folder.resolve("bytes"), copy));
        var ended = KeyturnProcess.run(Map.of("keyturn.exec.settle", "1s"), "to-in\n", "exec",
                "--from=" + scene.server.url(), "--no-restart", "--", "sh", script.toString());
        assertEquals("to-in\nto-out\n", ended.out());
        assertEquals(List.of("to-err"),
                ended.err().lines().filter(line -> !line.startsWith("keyturn exec: ")).toList());
        assertArrayEquals(bytes, Files.readAllBytes(copy));
    }

    @Test
    void at_a_turn_the_second_is_up_before_the_first_drains_and_no_third_is_started() {
        a_server();
        scene.with("settle", "1s").starts(ExecScene.AGENT).says("worker 1 is up");
        scene.turn();
        scene.says("the key turned: APIone -> APItwo").says("agent APItwo began").says("agent APIone drains")
                .says("worker 1 ended with status 7");
        var log = scene.log();
        assertTrue(log.indexOf("worker 2 is up") < log.indexOf("worker 1 drains"), log);
        scene.signal("TERM").ends_with(7);
        assertEquals(1, scene.count("agent APItwo drains"));
        assertEquals(1, scene.count("agent APIone drains"));
    }

    @Test
    void each_worker_has_a_health_port_of_its_own_and_a_slow_start_keeps_the_first() throws IOException {
        a_server();
        var healthy = folder.resolve("healthy");
        Files.createFile(healthy);
        scene.with("health-port-variable", "AGENT_PORT").starts("""
                echo "agent $LIVEKIT_API_KEY on $AGENT_PORT"
                while ! [ -e %s ]; do sleep 0.05; done
                cd %s && exec python3 -m http.server --bind 127.0.0.1 $AGENT_PORT""".formatted(healthy, folder))
                .says("worker 1 is up");
        Files.delete(healthy);
        scene.turn();
        scene.says("agent APItwo on ");
        var ports = scene.log().lines().filter(line -> line.startsWith("agent "))
                .map(line -> line.replaceAll(".* ", "")).collect(Collectors.toSet());
        assertEquals(2, ports.size(), scene::log);
        assertFalse(scene.log().contains("worker 1 drains"), scene::log);
        Files.createFile(healthy);
        scene.says("worker 2 is up").says("worker 1 drains").says("worker 1 ended");
    }

    @Test
    void a_second_that_crashes_leaves_the_first_alone_and_is_tried_again() throws IOException {
        a_server();
        var broken = folder.resolve("broken");
        scene.starts("[ -e %s ] && exit 4\n%s".formatted(broken, ExecScene.AGENT)).says("worker 1 is up");
        Files.createFile(broken);
        scene.with("settle", "100ms").turn();
        scene.says("worker 2 ended with status 4 before it was up; the next starts in 1 s, and worker 1 goes on");
        scene.await("the server sees which key is in use",
                () -> scene.server.held().stream().filter(etag -> etag.equals("W/\"APIone.1\"")).count() >= 2);
        Files.delete(broken);
        scene.says("agent APIone drains").says("worker 1 ended with status 7");
        scene.has_not_ended();
    }

    @Test
    void an_agent_that_ends_unasked_is_started_again_ever_more_slowly_and_counted() {
        a_server();
        var port = Ports.free();
        scene.option("--port=" + port).starts("exit 0").says("worker 1 ended with status 0")
                .says("the next starts in 1 s").says("the next starts in 2 s");
        assertTrue(ExecScene.page(port, "/metrics").body().contains("keyturn_exec_restarts_total 2.0"));
        scene.signal("TERM").ends_with(143);
    }

    @Test
    void a_drain_that_never_ends_is_ended() {
        a_server();
        scene.with("drain-limit", "1s").starts("trap 'echo stays' TERM; sleep 1000 & while :; do sleep 0.05; done")
                .says("worker 1 is up");
        scene.turn();
        scene.says("worker 1 has not ended within 1 s (keyturn.exec.drain-limit) and is killed")
                .says("worker 1 ended with status 137");
        scene.has_not_ended();
    }

    @Test
    void a_server_that_is_away_at_the_start_is_waited_for() {
        scene.starts(ExecScene.AGENT).says("does not answer (ConnectException); trying again");
        a_server();
        scene.says("credentials are to be had again").says("agent APIone began");
    }

    @Test
    void a_server_that_disappears_refuses_fails_or_falls_silent_disturbs_no_agent() {
        a_server();
        scene.starts(ExecScene.AGENT).says("worker 1 is up");
        scene.server.answerWith(503);
        scene.says("answers 503: No rule gives credentials to this caller.; the agent goes on with APIone");
        scene.server.stop();
        scene.says("does not answer (");
        scene.server.answerWith(200);
        scene.server.start();
        scene.says("credentials are to be had again");
        scene.server.answerWith(403);
        scene.says("answers 403");
        scene.server.fallSilent();
        scene.has_not_ended();
        assertEquals(1, scene.count("is started with"), scene::log);
        assertEquals(0, scene.count("drains"), scene::log);
        scene.signal("TERM").ends_with(7);
    }

    @Test
    void a_key_that_goes_backwards_is_passed_over() {
        a_server();
        scene.server.turn("APItwo", ExecScene.SECRET_TWO, 3);
        scene.starts(ExecScene.AGENT).says("agent APItwo began").says("worker 1 is up");
        scene.server.turn("APIone", ExecScene.SECRET_ONE, 1);
        scene.says("the server answers with APIone of an older ring (version 1, after 3); passed over");
        scene.server.turn("APIthree", ExecScene.SECRET_ONE, 6);
        scene.says("agent APIthree began");
        assertEquals(0, scene.count("agent APIone"), scene::log);
    }

    @Test
    void the_token_file_is_read_again_each_time() throws IOException {
        a_server();
        var token = Files.writeString(folder.resolve("token"), "first\n");
        scene.option("--token-file=" + token).starts(ExecScene.AGENT).says("worker 1 is up");
        Files.writeString(token, "second\n");
        scene.turn();
        scene.says("worker 2 is up");
        scene.await("the new token is sent", () -> scene.server.bearers().contains("Bearer second"));
        assertEquals("Bearer first", scene.server.bearers().get(0));
    }

    @Test
    void a_token_command_is_run_each_time_and_one_that_fails_is_waited_for() throws IOException {
        a_server();
        var token = folder.resolve("token");
        scene.with("token-command", "cat," + token).starts(ExecScene.AGENT)
                .says("the token command 'cat' ended with status 1");
        Files.writeString(token, "by-command");
        scene.says("worker 1 is up");
        assertEquals("Bearer by-command", scene.server.bearers().get(0));
    }

    @Test
    void a_token_command_that_stays_after_its_token_is_given_up_and_nothing_of_it_is_left() {
        a_server();
        scene.with("token-command", "sh,-c,echo word; exec >&-; sleep 1000; true").starts(ExecScene.AGENT);
        scene.await("it runs, and what it started", () -> scene.descendants().size() == 3); // one watches the test
        var started = scene.descendants().stream()
                .filter(one -> one.parent().filter(parent -> parent.pid() != scene.pid()).isPresent()).toList();
        assertEquals(1, started.size());
        scene.says("the token command 'sh' gave no token within");
        scene.await("nothing of it is left", () -> started.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void the_secret_stands_on_no_command_line_and_in_no_log_and_not_in_execs_own_environment() throws IOException {
        a_server();
        var token = Files.writeString(folder.resolve("token"), "canary-bearer");
        scene.option("--token-file=" + token).starts(ExecScene.AGENT).says("worker 1 is up");
        scene.turn();
        scene.says("worker 1 ended");
        var canaries = List.of(ExecScene.SECRET_ONE, ExecScene.SECRET_TWO, "canary-bearer");
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : processes) {
                assertNone(canaries, bytesOf(process.resolve("cmdline")), process + "/cmdline");
            }
        }
        assertNone(canaries, bytesOf(Path.of("/proc", "" + scene.pid(), "environ")), "exec's environment");
        assertNone(canaries, scene.log(), "the log");
    }

    private static void assertNone(List<String> canaries, String text, String where) {
        canaries.forEach(canary -> assertFalse(text.contains(canary), where + " has a secret"));
    }

    private static String bytesOf(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException ended) {
            return "";
        }
    }

    @Test
    void its_port_shows_what_the_page_says_and_is_ready_when_a_worker_is_up() throws IOException {
        var port = Ports.free();
        scene.option("--port=" + port).starts(ExecScene.AGENT).says("trying again");
        assertEquals(200, ExecScene.page(port, "/q/health/live").statusCode());
        assertEquals(503, ExecScene.page(port, "/q/health/ready").statusCode());
        a_server();
        scene.says("worker 1 is up");
        scene.await("it is ready", () -> ExecScene.page(port, "/q/health/ready").statusCode() == 200);
        assertEquals(404, ExecScene.page(port, "/").statusCode());
        var shown = ExecScene.page(port, "/metrics").body().lines().filter(line -> line.startsWith("# TYPE keyturn_"))
                .map(line -> line.split(" ")[2]).collect(Collectors.toCollection(TreeSet::new));
        var onPage = Tables.rows("metrics.md", "keyturn_exec_").stream().map(row -> Tables.plain(row.get(0)))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(onPage, shown);
    }

    @Test
    void a_port_that_is_taken_is_said() throws IOException {
        try (var taken = new java.net.ServerSocket(0)) {
            scene.option("--port=" + taken.getLocalPort()).starts(ExecScene.AGENT).ends_with(125);
            scene.says("keyturn.exec.port: cannot listen on 0.0.0.0:" + taken.getLocalPort());
        }
    }

    @Test
    void as_pid_1_it_reaps_what_the_agent_leaves_behind_and_drains_on_a_signal() throws Exception {
        var alone = Namespaces.fresh(ExecIT.class, "--pid", "--fork", "--mount-proc", "--kill-child");
        a_server();
        scene.by(alone).starts("""
                for i in 1 2 3; do sh -c 'sleep 0.1 &'; done # whose parent dies at once
                zombies() { grep -ls '^State:.Z' /proc/[0-9]*/status | wc -l; }
                while [ "$(zombies)" != 3 ]; do sleep 0.02; done
                echo "three zombies, and exec is $PPID"
                while [ "$(zombies)" != 0 ]; do sleep 0.02; done
                echo "no zombies"
                """ + ExecScene.AGENT).says("three zombies, and exec is 1").says("no zombies").says("worker 1 is up");
        var inside = ProcessHandle.of(scene.pid()).orElseThrow().children() // the other child watches the test
                .filter(child -> child.children().findAny().isPresent()).findAny().orElseThrow();
        ExecScene.signal("TERM", inside.pid());
        scene.says("agent APIone drains").ends_with(7);
    }
}
