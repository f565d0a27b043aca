package dev.keyturn;

import io.quarkus.picocli.runtime.annotations.TopCommand;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.security.Security;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The program: a server when called with nothing or {@code serve}, else one of its commands. */
@QuarkusMain
@TopCommand
@Command(
        name = "keyturn",
        description = "The LiveKit token server that proves its key rotations.",
        subcommands = {
            HelpCommand.class, Serve.class, InitCommand.class, RotateCommand.class, StatusCommand.class,
            ExecCommand.class, TokenCommand.class, VerifyCommand.class, PolicyCommand.class,
            DoctorCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Settings come from the environment (KEYTURN_RING_STORE=vault), from config/application.properties",
            "(keyturn.ring.store=vault) or from -Dkeyturn.ring.store=vault; docs/configuration.md lists them.",
            "",
            "Exit codes: 0 done, 1 failed or the answer is no, 2 called wrongly; others: see a command's help."
        })
public final class Keyturn {

    /** What a command needs of the platform: no port, no banner, its own output alone on the standard output. */
    private static final Map<String, String> COMMAND_SETTINGS = Map.of(
            "quarkus.http.host-enabled", "false",
            "quarkus.management.host-enabled", "false",
            "quarkus.banner.enabled", "false",
            "quarkus.log.level", "WARN",
            "quarkus.log.console.stderr", "true",
            "quarkus.log.console.format", "%s%n");

    public static void main(String... args) {
        // Java remembers a name for 30 s, and a node that has just come or gone is to be seen by the next ask
        Security.setProperty("networkaddress.cache.ttl", "5");
        if (args.length == 0 || args[0].equals("serve") && args.length == 1) {
            Quarkus.run(Serve.class, Ending::of);
        } else {
            COMMAND_SETTINGS.forEach(System::setProperty);
            Quarkus.run(CommandRun.class, Ending::of, args);
        }
    }
}
