package dev.keyturn.rotation.model;

import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.keys.LiveRing.Confirmed;
import dev.keyturn.keys.RingUnavailableException;
import dev.keyturn.rotation.model.Traffic.Call;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;

/** A serving replica with the real live ring: it reads it now and then, and signs and hands out keys all the time. */
final class Replica implements Traffic {

    final String name;
    private final World world;
    private final Clock clock;
    private final Random luck;
    private LiveRing live;
    private Instant cutUntil = Instant.MIN;

    Replica(String name, World world) {
        this.name = name;
        this.world = world;
        this.clock = world.clock(name);
        this.luck = Setup.random(world.setup.seed(), name);
        restart();
        tick();
    }

    void restart() {
        live = new LiveRing(world.ring.as(this), world.mutant.maxStaleness(), clock);
        live.refresh();
    }

    void cut(Instant until) {
        cutUntil = until;
    }

    @Override
    public void before(Call call) throws Trouble {
        if (world.time.now().isBefore(cutUntil) || world.isDown(call)) {
            throw new Trouble();
        }
    }

    private void tick() {
        sign();
        if (live.refresh().isGood()) {
            world.time.after(Setup.MAX_STALENESS, this::sign); // the last moment, if no other read succeeds
        }
        sign();
        world.time.after(Duration.ofSeconds(60 + luck.nextInt(240)), this::tick);
    }

    void sign() {
        confirmed().ifPresent(there -> {
            var active = there.ring().active().key();
            world.checker.signed(name, active, clock.instant().plus(Setup.TTL));
            world.checker.promised(active, there.until());
            // one who has a staged key has it from a replica that saw more than this one, which leaves it at that
            there.ring().in(KeyState.STAGED).forEach(key -> world.checker.promisedAgain(key.key(), there.until()));
        });
    }

    private Optional<Confirmed> confirmed() {
        try {
            return Optional.of(live.confirmed());
        } catch (RingUnavailableException e) {
            return Optional.empty();
        }
    }
}
