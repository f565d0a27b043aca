package dev.keyturn.rotation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.TestClock;
import dev.keyturn.TestKeys;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.rotation.Outcome.Kind;
import dev.keyturn.rotation.Outcome.Step;
import dev.keyturn.rotation.model.FileText;
import dev.keyturn.rotation.model.RingText;
import dev.keyturn.rotation.model.Traffic;
import dev.keyturn.rotation.model.Traffic.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A rotator with a store, a target and nodes of its own, which a test may trouble at any call. */
abstract class RotatorRuns {

    static final RotationSettings SETTINGS = RotationPlanTest.SETTINGS;
    static final ApiKey A = new ApiKey("A");
    static final ApiKey B = new ApiKey("K1");
    static final Intent NOW = new Intent(true, false, Optional.empty(), false);
    static final Intent ABORT = new Intent(false, true, Optional.empty(), false);

    final TestClock clock = new TestClock();
    final RingText ring = new RingText(TestKeys.ring("A"), clock);
    final FileText file =
            new FileText(KeyFile.of(ring.ring(), clock.instant()).text(), false, clock);
    final List<String> said = new ArrayList<>();
    Pause pause = clock::advance;
    Nodes nodes = acceptWhatIsDelivered();
    private int made;

    Rotator rotator(Traffic traffic, Optional<KeyFileTarget> target) {
        return new Rotator(ring.as(traffic), target, new Probe(nodes, clock), SETTINGS,
                now -> TestKeys.staged("K" + ++made, now), clock, time -> pause.sleep(time));
    }

    Outcome run(Intent intent, Traffic traffic) {
        try {
            return rotator(traffic, Optional.of(file.as(traffic))).run(intent, said::add);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    Outcome run(Intent intent) {
        return run(intent, Traffic.CALM);
    }

    void runs(Step... steps) {
        for (var step : steps) {
            var outcome = run(Intent.DUE);
            assertEquals(Kind.DONE, outcome.kind(), outcome.sentence());
            assertEquals(step, outcome.step(), outcome.sentence());
        }
    }

    /** Each node accepts what is delivered, at once. */
    Nodes acceptWhatIsDelivered() {
        return new Nodes() {
            @Override
            public List<Replies> ask(Map<ApiKey, String> tokens) {
                var accepted = file.current().keys().orElseThrow().keySet();
                var replies = new LinkedHashMap<ApiKey, Reply>();
                tokens.keySet().forEach(key -> replies.put(key, accepted.contains(key)
                        ? new Reply(200, "text/plain", "OK", Optional.empty(), "")
                        : new Reply(401, "text/plain", "", Optional.empty(), "")));
                return List.of(new Replies("node 1", replies), new Replies("node 2", replies));
            }

            @Override
            public String describe() {
                return "the nodes";
            }
        };
    }

    static Traffic before(Call where, Runnable what) {
        return new Traffic() {
            private boolean done;

            @Override
            public void before(Call call) {
                if (call == where && !done) {
                    done = true;
                    what.run();
                }
            }
        };
    }

    static Traffic losing(Call where) {
        return new Traffic() {
            @Override
            public void after(Call call) throws Trouble {
                if (call == where) {
                    throw new Trouble();
                }
            }
        };
    }

    static Traffic refusing(Call where) {
        return new Traffic() {
            @Override
            public void before(Call call) throws Trouble {
                if (call == where) {
                    throw new Trouble();
                }
            }
        };
    }

    static Runnable crash() {
        return () -> {
            throw new Traffic.Crash();
        };
    }

    static Intent compromised(ApiKey key) {
        return new Intent(false, false, Optional.of(key), false);
    }

    static Intent dry(Intent intent) {
        return new Intent(intent.now(), intent.abort(), intent.compromised(), true);
    }

    void untilTheDrop() {
        run(NOW);
        runs(Step.DELIVER, Step.PROMOTE, Step.DESTROY);
        clock.advance(SETTINGS.hold());
        runs(Step.DELIVER);
        clock.advance(SETTINGS.reorderWait());
        runs(Step.DELIVER);
    }
}
