package dev.keyturn;

import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.rotation.StatusDocument;
import dev.keyturn.rotation.StatusReader;
import jakarta.enterprise.inject.Instance;
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

    private static final String CLEAR = "\u001B[H\u001B[2J";

    @Option(names = "--json", description = "Print JSON, one object.")
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
                out.println(StatusDocument.of(status));
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
}
