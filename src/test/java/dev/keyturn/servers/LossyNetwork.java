package dev.keyturn.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network that loses UDP packets at random, with a loopback interface of its own. TCP loses nothing. It is gone with
 * the process that made it, whoever ends that.
 */
public final class LossyNetwork implements AutoCloseable {

    private final Process process;
    private final BufferedReader answers;
    private final List<String> runner;

    private LossyNetwork(Process process) throws IOException {
        this.process = process;
        answers = process.inputReader();
        runner = List.of(answers.readLine().split(" "));
    }

    /**
     * @param test    that is skipped where this user may not make one
     * @param percent of the packets that arrive anywhere in it
     */
    public static LossyNetwork losing(Class<?> test, int percent) {
        var command = new ArrayList<>(List.of(ServerBinary.PYTHON.path().toString(),
                AgentSdk.ours("lossy-network/network.py"), ServerBinary.NFT.path().toString(), "" + percent));
        command.addAll(Namespaces.fresh(test, "--net"));
        try {
            return new LossyNetwork(
                    new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a command must be preceded by to run within. */
    public List<String> runner() {
        return runner;
    }

    /** From now on those outside who connect to {@code port} of 127.0.0.1 reach a server within. */
    public void leadIn(int port, int within) {
        tell("in " + port + " " + within);
    }

    /** From now on those within who connect to {@code port} of 127.0.0.1 reach a server outside. */
    public void leadOut(int port, int outside) {
        tell("out " + port + " " + outside);
    }

    private synchronized void tell(String line) {
        try {
            process.outputWriter().append(line).append('\n').flush();
            expect(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void expect(String line) throws IOException {
        var answer = answers.readLine();
        if (!line.equals(answer)) {
            throw new IllegalStateException("the lossy network says " + answer + " instead of " + line);
        }
    }

    @Override
    public void close() throws Exception {
        process.getOutputStream().close();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
