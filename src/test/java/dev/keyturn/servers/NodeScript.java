package dev.keyturn.servers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One of our scripts, run by Node: a line of JSON for each thing to do, and one back for what it came to. */
final class NodeScript implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String script;
    private final Process process;
    private final BufferedReader answers;

    private NodeScript(String script, Process process) {
        this.script = script;
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8); // whatever the locale
    }

    /**
     * @param script  in src/test/servers
     * @param modules what it may require
     * @param errors  where its standard error goes
     */
    static NodeScript start(String script, Path modules, Redirect errors, String... arguments) {
        var command = new ArrayList<>(List.of("node", AgentSdk.ours(script)));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectError(errors);
        builder.environment().put("NODE_PATH", modules.toString());
        try {
            return new NodeScript(script, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized JsonNode tell(Map<String, ?> what) {
        try {
            var input = process.getOutputStream();
            input.write(JSON.writeValueAsBytes(what));
            input.write('\n');
            input.flush();
            var line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException(script + " has ended");
            }
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
