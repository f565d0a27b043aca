package dev.keyturn.development;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.keyturn.callers.AuditLog;
import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines of the audit: which key signed whose token, also where curl or an SDK asked for it. */
@Singleton
@IfBuildProfile("dev")
class Decisions {

    private static final int KEPT = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Deque<JsonNode> newestFirst = new ArrayDeque<>();

    void listen(@Observes StartupEvent event, AuditLog audit) {
        audit.alsoTo(this::add);
    }

    private synchronized void add(String line) {
        try {
            newestFirst.addFirst(JSON.readTree(line));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // it is our own
        }
        if (newestFirst.size() > KEPT) {
            newestFirst.removeLast();
        }
    }

    synchronized ArrayNode json() {
        return JSON.createArrayNode().addAll(newestFirst);
    }
}
