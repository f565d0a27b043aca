package dev.keyturn.file;

import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.DeliveryException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * What the operator has run to restart LiveKit: a program and its arguments. It gets none of our settings, which may
 * hold secrets, and nothing to read.
 */
final class RestartCommand {

    private static final Logger LOG = Logger.getLogger(RestartCommand.class);

    /** Our settings, as all names that SmallRye Config knows them by: also those of a profile. */
    private static final Pattern OURS = Pattern.compile(
            "([_%]\\w+?[_.])?(keyturn|quarkus|vault)[_.].*", Pattern.CASE_INSENSITIVE);

    private static final int TAIL_BYTES = 2048;
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final List<String> words;
    private final Duration timeout;

    RestartCommand(List<String> words, Duration timeout) {
        this.words = List.copyOf(words);
        this.timeout = timeout;
    }

    /**
     * Runs it to its end. Its exit status is only said in the log: LiveKit before 1.13.10 ends with 0 when it cannot
     * start, so that the nodes are asked anyway.
     *
     * @throws DeliveryException if it could not be started, or had to be ended
     */
    void run() throws DeliveryException {
        var process = start();
        var output = new Tail(process);
        try {
            process.getOutputStream().close();
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                end(process);
                throw new DeliveryException(Kind.UNREACHABLE, "the command '" + words.get(0) + "'"
                        + " (keyturn.rotation.file.command) had not ended after " + timeout.toSeconds()
                        + " s and was ended. The next run starts it again; if it waits for the calls on LiveKit to"
                        + " end, let it not wait" + output.said());
            }
            var status = process.exitValue();
            LOG.logf(status == 0 ? Logger.Level.DEBUG : Logger.Level.WARN,
                    "The command '%s' (keyturn.rotation.file.command) ended with status %d, which proves nothing:"
                            + " LiveKit's nodes are asked%s", words.get(0), status, output.said());
        } catch (InterruptedException e) {
            end(process);
            Thread.currentThread().interrupt();
            throw new DeliveryException(Kind.UNREACHABLE, "this run was ended while the command '" + words.get(0)
                    + "' (keyturn.rotation.file.command) ran. The next run starts it again");
        } catch (IOException e) {
            throw new IllegalStateException(e); // closing a pipe that nothing was written to
        }
    }

    private Process start() throws DeliveryException {
        var builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> OURS.matcher(name).matches());
        try {
            return builder.start();
        } catch (IOException e) { // its message has all the arguments
            throw new DeliveryException(Kind.DENIED, "the command '" + words.get(0)
                    + "' (keyturn.rotation.file.command) cannot be started: is it there, and may this user run it?"
                    + " The key file is in place, and the next run tries to have LiveKit restarted again");
        }
    }

    /** With all that it started and that is still its own: whatever it began, nobody waits for its end. */
    private static void end(Process process) {
        Stream.concat(process.descendants().toList().stream(), Stream.of(process.toHandle()))
                .forEach(ProcessHandle::destroyForcibly);
    }

    /** The last of what a process prints. */
    private static final class Tail {

        private final Thread reader;
        private byte[] last = new byte[0];

        Tail(Process process) {
            reader = new Thread(() -> read(process), "restart command's output");
            reader.setDaemon(true);
            reader.start();
        }

        private void read(Process process) {
            var part = new byte[TAIL_BYTES];
            try (var output = process.getInputStream()) {
                for (int length; (length = output.read(part)) >= 0;) {
                    append(part, length);
                }
            } catch (IOException ended) {
                // there is no more
            }
        }

        private synchronized void append(byte[] part, int length) {
            var all = Arrays.copyOf(last, last.length + length);
            System.arraycopy(part, 0, all, last.length, length);
            last = Arrays.copyOfRange(all, Math.max(0, all.length - TAIL_BYTES), all.length);
        }

        /** On one line, for people. Whoever it left behind may hold its output open: that is not waited for. */
        String said() throws InterruptedException {
            reader.join(LAST_WORDS.toMillis());
            synchronized (this) {
                var text = new String(last, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}+", " ").strip();
                return text.isEmpty() ? "" : ". It said: " + text;
            }
        }
    }
}
