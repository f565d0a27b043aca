package dev.keyturn;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.rotation.Status;
import dev.keyturn.rotation.StatusReader;
import jakarta.enterprise.inject.Instance;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code keyturn status}: ring, key file, nodes, and what comes next. */
@Command(
        name = "status",
        description = "Show the key ring, what each LiveKit node says to each key, and what comes next.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  keyturn status",
            "  keyturn status --watch            again every five seconds, until Ctrl-C",
            "  keyturn status --json | jq .next",
            "",
            "Exit codes: 0 all is well, 1 something could not be looked at, 2 called wrongly,",
            "            3 a step is under way, 4 blocked: somebody has to look."
        })
class StatusCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CLEAR = "\u001B[H\u001B[2J";

    @Option(names = "--json", description = "One JSON object.")
    boolean json;

    @Option(names = "--watch", arity = "0..1", paramLabel = "TIME", fallbackValue = "5s",
            description = "Look again and again, every TIME (default: 5s).")
    String watch;

    @Spec
    CommandSpec spec;

    private final Instance<StatusReader> reader;

    StatusCommand(Instance<StatusReader> reader) {
        this.reader = reader;
    }

    @Override
    public Integer call() throws KeyRingStoreException, InterruptedException {
        while (true) {
            var status = reader.get().read();
            var out = spec.commandLine().getOut();
            if (json) {
                out.println(asJson(status));
            } else {
                out.print((watch != null && Ansi.AUTO.enabled() ? CLEAR : "") + StatusTable.of(status, Ansi.AUTO));
            }
            out.flush();
            if (watch == null) {
                return RotateCommand.exitCode(status.next());
            }
            // until the reader looks away: there is nothing that tells of a change
            Thread.sleep(Times.parse(spec, "--watch", watch).toMillis());
        }
    }

    private static ObjectNode asJson(Status status) {
        var answer = JSON.createObjectNode().put("time", status.at().toString());
        var ring = answer.putObject("ring").put("version", status.ring().version()).put("store", status.store());
        status.written().ifPresent(at -> ring.put("written", at.toString()));
        var keys = ring.putArray("keys");
        status.ring().keys().forEach(key -> keys.addObject()
                .put("key", key.key().value()).put("state", key.state().name())
                .put("created", key.created().toString()).put("since", key.since().toString())
                .put("compromised", key.compromised()));
        status.target().ifPresent(target -> {
            var file = answer.putObject("key_file").put("target", target).put("as_ring", status.isDelivered());
            status.delivered().flatMap(delivered -> delivered.file()).flatMap(there -> there.header())
                    .ifPresent(header -> file.put("ring_version", header.ringVersion()));
            status.delivered().ifPresent(delivered -> file
                    .put("restart", delivered.restart().name().toLowerCase(Locale.ROOT))
                    .put("progress", delivered.progress()));
        });
        var nodes = answer.putArray("nodes");
        status.nodes().forEach(node -> {
            var row = nodes.addObject().put("node", node.node()).put("problem", node.problem());
            node.ahead().ifPresent(ahead -> row.put("clock_ahead_seconds", ahead.toMillis() / 1000.0));
            var says = row.putObject("keys");
            node.verdicts().forEach((key, verdict) -> says.put(key.value(), verdict.name().toLowerCase(Locale.ROOT)));
        });
        answer.put("hold_seconds", status.hold().toSeconds());
        var next = answer.putObject("next").put("outcome", status.next().kind().name().toLowerCase(Locale.ROOT))
                .put("step", status.next().step().name().toLowerCase(Locale.ROOT))
                .put("message", status.next().sentence());
        status.next().at().ifPresent(at -> next.put("at", at.toString()));
        var problems = answer.putArray("problems");
        status.problems().forEach(problems::add);
        return answer;
    }
}
