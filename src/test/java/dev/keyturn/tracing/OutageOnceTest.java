package dev.keyturn.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.Ear;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class OutageOnceTest {

    private static final CompletableResultCode SUCCESS = CompletableResultCode.ofSuccess();
    private static final CompletableResultCode REFUSED = CompletableResultCode.ofFailure();
    private static final CompletableResultCode GONE =
            CompletableResultCode.ofExceptionalFailure(new Exception("exporter", new ConnectException("canary")));

    @Test
    void an_outage_is_said_when_it_begins_and_when_it_ends() {
        var lost = ". They are lost until it does, and nothing else is";
        assertEquals(List.of("http://c takes no spans (ConnectException)" + lost, "http://c takes spans again",
                "http://c takes no spans (it answers with an error)" + lost),
                said(SUCCESS, GONE, GONE, REFUSED, SUCCESS, SUCCESS, REFUSED, GONE));
    }

    @Test
    void where_all_is_well_nothing_is_said() {
        assertEquals(List.of(), said(SUCCESS, SUCCESS));
    }

    private static List<String> said(CompletableResultCode... results) {
        try (var ear = new Ear(OutageOnce.class.getName())) {
            var exporter = new OutageOnce(new Scripted(new ArrayDeque<>(List.of(results))), "http://c");
            for (var each : results) {
                assertEquals(each, exporter.export(List.of()));
            }
            return ear.heard().lines().filter(line -> line.contains("http://c"))
                    .map(line -> line.substring(line.indexOf("http://c"))).toList();
        }
    }

    private record Scripted(Queue<CompletableResultCode> results) implements SpanExporter {

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            return results.remove();
        }

        @Override
        public CompletableResultCode flush() {
            return SUCCESS;
        }

        @Override
        public CompletableResultCode shutdown() {
            return SUCCESS;
        }
    }
}
