package dev.keyturn.documents;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Somebody with a machine of their own, nearly: no port is taken there, nothing outside is reached, and all that was
 * started ends with this. It is a namespace for the network and one for processes, which need root, or a system that
 * lets users make them.
 */
final class Newcomer implements AutoCloseable {

    private static final List<List<String>> RIGHTS = List.of(List.of(), List.of("--user", "--map-root-user"));

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
    private final List<String> rights;
    private final Process machine;
    private final Map<Integer, Terminal> terminals = new TreeMap<>();

    /**
     * @param folder      that the terminals stand in
     * @param environment that is theirs
     */
    Newcomer(Path folder, Map<String, String> environment) throws IOException {
        this.folder = folder;
        this.environment = environment;
        rights = rights().orElseThrow();
        machine = new ProcessBuilder(unshare(rights, "sh", "-c", MACHINE)).redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!"ready".equals(machine.inputReader().readLine())) {
            throw new IllegalStateException("no network of its own could be made");
        }
    }

    /** Whether this user may make such a machine. */
    static boolean isPossible() throws IOException {
        return rights().isPresent();
    }

    private static Optional<List<String>> rights() throws IOException {
        for (var rights : RIGHTS) {
            try {
                if (new ProcessBuilder(unshare(rights, "ip", "link", "set", "lo", "up")).redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0) {
                    return Optional.of(rights);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        return Optional.empty();
    }

    private static List<String> unshare(List<String> rights, String... command) {
        var words = new ArrayList<>(List.of("unshare"));
        words.addAll(rights);
        words.addAll(List.of("--net", "--pid", "--fork", "--kill-child", "--mount-proc"));
        words.addAll(List.of(command));
        return words;
    }

    Terminal terminal(int number) throws IOException {
        if (!terminals.containsKey(number)) {
            var inside = machine.children().findFirst().orElseThrow().pid();
            var words = new ArrayList<>(List.of("nsenter", "--target=" + inside, "--net", "--pid", "--mount"));
            if (!rights.isEmpty()) {
                words.addAll(List.of("--user", "--preserve-credentials"));
            }
            words.addAll(List.of("--wd=" + folder, "bash", "-c", Terminal.SHELL));
            var builder = new ProcessBuilder(words).directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().keySet().removeIf(name -> name.matches("(KEYTURN|QUARKUS|LIVEKIT|MAVEN)_.*"));
            builder.environment().putAll(environment);
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
    public void close() throws Exception {
        machine.getOutputStream().close();
        if (!machine.waitFor(10, TimeUnit.SECONDS)) {
            machine.destroyForcibly();
        }
        for (var terminal : terminals.values()) {
            terminal.close();
        }
    }
}
