package dev.keyturn.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What is written to the audit while this is open. */
public final class AuditLines extends Handler implements AutoCloseable {

    private final Logger category = Logger.getLogger("keyturn.audit");
    private final Level before = category.getLevel();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    public AuditLines() {
        category.setLevel(Level.INFO);
        category.addHandler(this);
    }

    public List<String> all() {
        return List.copyOf(lines);
    }

    /** The one line that there is. */
    public JsonNode only() throws IOException {
        if (lines.size() != 1) {
            throw new AssertionError("one line was expected: " + lines);
        }
        return new ObjectMapper().readTree(lines.get(0));
    }

    @Override
    public void publish(LogRecord line) {
        lines.add(line.getMessage());
    }

    @Override
    public void flush() {
        // nothing is held back
    }

    @Override
    public void close() {
        category.removeHandler(this);
        category.setLevel(before);
    }
}
