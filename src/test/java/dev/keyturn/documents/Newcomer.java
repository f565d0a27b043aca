package dev.keyturn.documents;

import dev.keyturn.servers.Namespaces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Somebody with a machine of their own, nearly: no port is taken there, nothing outside is reached, and all that was
 * started ends with this. It is a namespace for the network and one for processes.
 */
final class Newcomer implements AutoCloseable {

    static final String[] NAMESPACES = {"--net", "--pid", "--fork", "--kill-child", "--mount-proc"};

    /** WebRTC's clients do not look at the loopback interface; the other one leads nowhere. */
    private static final String MACHINE = """
            ip link set lo up &&
            ip link add net0 type veth peer name net1 &&
            ip address add 192.0.2.1/24 dev net0 &&
            ip link set net0 up &&
            ip link set net1 up &&
            echo ready &&
            exec cat""";

    private final Path folder;
    private final Map<String, String> environment;
    private final boolean isUserOfItsOwn;
    private final Process machine;
    private final Map<Integer, Terminal> terminals = new TreeMap<>();

    /**
     * @param folder      that the terminals stand in
     * @param environment that is theirs
     */
    Newcomer(Path folder, Map<String, String> environment) throws IOException {
        this.folder = folder;
        this.environment = environment;
        var command = new ArrayList<>(Namespaces.fresh(DocumentedCommandsIT.class, NAMESPACES));
        isUserOfItsOwn = command.contains("--user");
        command.addAll(List.of("sh", "-c", MACHINE));
        machine = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        if (!"ready".equals(machine.inputReader().readLine())) {
            throw new IllegalStateException("no network of its own could be made");
        }
    }

    Terminal terminal(int number) throws IOException {
        if (!terminals.containsKey(number)) {
            var inside = machine.children().findFirst().orElseThrow().pid();
            var words = new ArrayList<>(List.of("nsenter", "--target=" + inside, "--net", "--pid", "--mount"));
            if (isUserOfItsOwn) {
                words.addAll(List.of("--user", "--preserve-credentials"));
            }
            // Ctrl-C works there, also where these tests run in the background, which ignores it
            words.addAll(List.of("--wd=" + folder, "env", "--default-signal=INT", "bash", "-c", Terminal.SHELL));
            var builder = new ProcessBuilder(words).directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().keySet().removeIf(name -> name.matches("(KEYTURN|QUARKUS|LIVEKIT|MAVEN)_.*"));
            builder.environment().putAll(environment);
            if (isUserOfItsOwn) { // who is called root there, and whose home Java takes for root's
                builder.environment().merge("MAVEN_ARGS", "-Dmaven.repo.local="
                        + Path.of(System.getProperty("user.home"), ".m2", "repository"), (all, one) -> all + " " + one);
            }
            terminals.put(number, new Terminal(number, builder.start()));
        }
        return terminals.get(number);
    }

    /** For a failure: the last of what each terminal shows. */
    String sees() {
        var all = new StringBuilder();
        terminals.forEach((number, terminal) -> all.append("\n--- terminal ").append(number).append('\n')
                .append(terminal.last()));
        return all.toString();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        machine.getOutputStream().close();
        if (!machine.waitFor(10, TimeUnit.SECONDS)) {
            machine.destroyForcibly();
        }
        for (var terminal : terminals.values()) {
            terminal.close();
        }
    }
}
