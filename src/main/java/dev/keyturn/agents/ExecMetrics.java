package dev.keyturn.agents;

import dev.keyturn.agents.Supervisor.Status;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What {@code keyturn exec} shows of itself; see docs/metrics.md. */
final class ExecMetrics {

    private ExecMetrics() {}

    static void bind(MeterRegistry registry, Supplier<Status> status, CredentialsPoll poll) {
        Map.<String, ToDoubleFunction<Status>>of(
                "starting", Status::starting, "up", Status::up, "draining", Status::draining)
                .forEach((state, count) -> Gauge
                        .builder("keyturn.exec.workers", () -> count.applyAsDouble(status.get()))
                        .description("Workers that exec runs")
                        .tag("state", state)
                        .register(registry));
        Map.<String, ToDoubleFunction<Status>>of("done", Status::turnsDone, "failed", Status::turnsFailed)
                .forEach((outcome, count) -> FunctionCounter.builder("keyturn.exec.turns", status,
                                each -> count.applyAsDouble(each.get()))
                        .description("Times that a worker with other credentials took over, or could not")
                        .tag("outcome", outcome)
                        .register(registry));
        FunctionCounter.builder("keyturn.exec.restarts", status, each -> each.get().restarts())
                .description("Workers that ended unasked")
                .register(registry);
        for (var outcome : CredentialsPoll.Outcome.values()) {
            FunctionCounter.builder("keyturn.exec.fetches", poll, each -> each.count(outcome))
                    .description("Questions for credentials, by what came of them")
                    .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Gauge.builder("keyturn.exec.credentials.expire.time", poll, each -> each.expiresAt()
                        .map(until -> until.toEpochMilli() / 1000.0).orElse(Double.NaN))
                .description("Until when the credentials in use are accepted at least, since 1970")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
    }
}
