package dev.keyturn;

import dev.keyturn.agents.Exec;
import dev.keyturn.agents.ExecConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Instance;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code keyturn exec}: runs an agent and keeps it on a current key. */
@Command(
        name = "exec",
        description = "Run a LiveKit agent with credentials from a Keyturn server, and keep it on a current key.",
        mixinStandardHelpOptions = true,
        customSynopsis = "keyturn exec [--from=URL] [--token-file=FILE] [--port=PORT] [--no-restart] -- COMMAND...",
        footer = {
            "",
            "COMMAND is a worker, and gets LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET and, where the",
            "policy says one, LIVEKIT_AGENT_NAME. When the key turns, a second worker is started on the new",
            "key; once it is up the first gets SIGTERM, takes no more jobs and finishes those it has. No job",
            "is cut. A Keyturn that is away disturbs no agent.",
            "",
            "SIGTERM, SIGINT and SIGHUP drain all workers; a second signal ends them at once. A worker that",
            "ends unasked is started again, after 1 s, 2 s, 4 s and so on up to a minute.",
            "",
            "Examples:",
            "  keyturn exec --from=https://keyturn.example.com --token-file=/run/secrets/keyturn/token \\",
            "      -- python agent.py start",
            "  KEYTURN_EXEC_FROM=http://localhost:8080 keyturn exec -- node agent.js start",
            "",
            "All settings are keyturn.exec.* in docs/configuration.md; docs/agents.md says how it goes together.",
            "",
            "Exit codes: the command's own (128 and the signal's number if one ended it);",
            "            125 exec failed: no credentials are given, or a setting is wrong;",
            "            126 the command cannot be run, 127 there is no such command, 2 called wrongly."
        })
class ExecCommand implements Callable<Integer> {

    private static final int FAILED = 125;

    @Option(names = "--from", paramLabel = "URL", description = "The Keyturn server (keyturn.exec.from).")
    URI from;

    @Option(names = "--token-file", paramLabel = "FILE",
            description = "The bearer token that says who this agent is (keyturn.exec.token-file).")
    Path tokenFile;

    @Option(names = "--port", paramLabel = "PORT",
            description = "Where exec's own metrics and health are (keyturn.exec.port).")
    Integer port;

    @Option(names = "--no-restart",
            description = "End with the command if it ends unasked (keyturn.exec.restart=false).")
    boolean noRestart;

    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "What runs the agent, and its arguments.")
    List<String> command;

    @Spec
    CommandSpec spec;

    private final Instance<Exec> exec;
    private final Instance<ExecConfig> config;

    ExecCommand(Instance<Exec> exec, Instance<ExecConfig> config) {
        this.exec = exec;
        this.config = config;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            var settings = config.get();
            var token = Optional.ofNullable(tokenFile).or(settings::tokenFile);
            if (token.isPresent() && settings.tokenCommand().isPresent()) {
                throw new ConfigurationException("both a token file and keyturn.exec.token-command are set:"
                        + " the token comes from one of them");
            }
            var options = new Exec.Options(server(settings), token,
                    Optional.ofNullable(port).or(settings::port), settings.restart() && !noRestart);
            return exec.get().run(options, command, this::say);
        } catch (ConfigurationException e) {
            say(e.getMessage());
            return FAILED;
        }
    }

    private URI server(ExecConfig settings) {
        var url = Optional.ofNullable(from).or(settings::from).orElseThrow(() -> new ConfigurationException(
                "nobody said where Keyturn is: --from=https://keyturn.example.com, or keyturn.exec.from"));
        if (url.getRawUserInfo() != null || url.getRawQuery() != null) {
            throw new ConfigurationException("Keyturn's URL has a user or a query: a bearer token says who this agent"
                    + " is (keyturn.exec.token-file)");
        }
        if (url.getHost() == null || !Set.of("http", "https").contains(url.getScheme())) {
            throw new ConfigurationException("'" + url + "' is no URL of a Keyturn server, such as"
                    + " https://keyturn.example.com");
        }
        if (url.getScheme().equals("http") && !Set.of("localhost", "127.0.0.1", "[::1]").contains(url.getHost())) {
            say("the API secret crosses the network readable by others: " + url + " is not https");
        }
        return url;
    }

    /** All at once, so that lines of the agent do not come between. */
    private synchronized void say(String sentence) {
        var err = spec.commandLine().getErr();
        err.print("keyturn exec: " + sentence + System.lineSeparator());
        err.flush();
    }
}
