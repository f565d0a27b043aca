package dev.keyturn.callers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.keyturn.policy.Caller;
import dev.keyturn.tokens.AuditLines;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.ref.WeakReference;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuditLogTest {

    private final Logger category = Logger.getLogger("keyturn.audit");
    private final Logger parent = Logger.getLogger("keyturn");
    private final boolean usesParent = category.getUseParentHandlers();
    private final AuditLines heard = new AuditLines();

    @BeforeEach
    void listenAboveTheCategory() {
        category.removeHandler(heard);
        parent.addHandler(heard);
    }

    @AfterEach
    void asBefore() {
        parent.removeHandler(heard);
        heard.close();
        category.setUseParentHandlers(usesParent);
    }

    @Test
    void a_line_goes_to_the_handlers_of_the_category_and_to_those_above_it_only_where_that_is_asked_for() {
        category.setUseParentHandlers(false);
        new AuditLog().write(out -> out.write("nobody's"));
        category.setUseParentHandlers(true);
        new AuditLog().write(out -> out.write("the parent's"));
        category.setUseParentHandlers(false);
        category.addHandler(heard);
        new AuditLog().write(out -> out.write("its own"));
        assertEquals(List.of("the parent's", "its own"), heard.all());
    }

    @Test
    void a_line_that_nobody_wants_is_not_even_made() {
        category.setLevel(Level.OFF);
        category.addHandler(heard);
        new AuditLog().write(out -> fail("the level is OFF"));
        assertEquals(List.of(), heard.all());
    }

    @Test
    void a_line_that_waits_holds_on_to_nothing_of_the_caller_but_what_it_says() throws IOException {
        var waiting = new ArrayList<AuditLog.Line>();
        var log = new AuditLog() {
            @Override
            void write(Line line) {
                waiting.add(line);
            }
        };
        var caller = new Caller("https://id.example.com", Map.of("sub", "ada", "groups", List.of("many")));
        var claims = new WeakReference<>(caller.claims());
        new AuditWriter("token", log, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC))
                .granted(caller, "192.0.2.1", "rule", json -> { });
        caller = null;
        for (int round = 0; claims.get() != null && round < 20; round++) {
            System.gc();
        }
        assertNull(claims.get(), "the claims are still there");
        var text = new StringWriter();
        waiting.get(0).writeTo(text);
        assertTrue(text.toString().contains("\"subject\":\"ada\""), text::toString);
    }
}
