package dev.keyturn.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network that loses UDP packets at random, with a loopback interface of its own. TCP loses nothing. Needs root, or
 * rather the right to make network namespaces; it is gone with the process that made it, whoever ends that.
 */
public final class LossyNetwork implements AutoCloseable {

    private final Process process;
    private final BufferedReader answers;

    private LossyNetwork(Process process) throws IOException {
        this.process = process;
        answers = process.inputReader();
        expect("ready");
    }

    /** Whether this user may make one. */
    public static boolean allowed() {
        try {
            return new ProcessBuilder("unshare", "--net", "true").redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException noUnshare) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** @param percent of the packets that arrive anywhere in it */
    public static LossyNetwork losing(int percent) {
        try {
            return new LossyNetwork(new ProcessBuilder(ServerBinary.PYTHON.path().toString(),
                    AgentSdk.ours("lossy-network/network.py"), ServerBinary.NFT.path().toString(), "" + percent)
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a command must be preceded by to run within. */
    public List<String> runner() {
        return List.of("/usr/bin/nsenter", "--net=/proc/" + process.pid() + "/ns/net");
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
