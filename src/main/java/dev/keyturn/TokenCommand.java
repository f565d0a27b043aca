package dev.keyturn;

import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.policy.Grant;
import dev.keyturn.policy.RoomConfig;
import dev.keyturn.policy.RoomConfig.AgentDispatch;
import dev.keyturn.policy.VideoGrant;
import dev.keyturn.policy.VideoGrants;
import dev.keyturn.tokens.TokenWriter;
import jakarta.enterprise.inject.Instance;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code keyturn token}: an operator who may read the ring mints a token by hand; no policy is asked. */
@Command(
        name = "token",
        description = "Mint a token by hand, signed with the active key."
                + " No policy is asked: whoever may read the ring may.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  keyturn token --room standup --identity alice",
            "  keyturn token --room standup --identity watcher --no-publish --ttl 2m",
            "  keyturn token --room standup --identity ops --admin",
            "",
            "Exit codes: 0 the token is on the standard output, 1 there is no key to sign with, 2 called wrongly."
        })
class TokenCommand implements Callable<Integer> {

    private static final Duration MAX_TTL = Duration.ofHours(24);

    @Option(names = "--room", required = true, paramLabel = "ROOM", description = "The room it opens.")
    String room;

    @Option(names = "--identity", required = true, paramLabel = "ID", description = "The participant's identity.")
    String identity;

    @Option(names = "--name", paramLabel = "NAME", defaultValue = "", description = "The name shown to others.")
    String name;

    @Option(names = "--metadata", paramLabel = "TEXT", defaultValue = "", description = "The participant's metadata.")
    String metadata;

    @Option(names = "--attribute", paramLabel = "KEY=VALUE",
            description = "An attribute of the participant; may be repeated.")
    Map<String, String> attributes = Map.of();

    @Option(names = "--agent", paramLabel = "NAME",
            description = "Dispatch this agent when the room is made; may be repeated.")
    List<String> agents = List.of();

    @Option(names = "--no-publish", description = "May not publish, neither media nor data.")
    boolean noPublish;

    @Option(names = "--no-subscribe", description = "May not subscribe.")
    boolean noSubscribe;

    @Option(names = "--admin", description = "May administer the room (roomAdmin).")
    boolean admin;

    @Option(names = "--ttl", paramLabel = "TIME", defaultValue = "10m",
            description = "How long it may be used to connect, such as 90s, 10m or 2h"
                    + " (default: ${DEFAULT-VALUE}, at most 24h).")
    String ttl;

    @Spec
    CommandSpec spec;

    private final Instance<KeyRingStore> store;
    private final Clock clock;

    TokenCommand(Instance<KeyRingStore> store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public Integer call() throws KeyRingStoreException {
        var dispatches = agents.stream().map(agent -> new AgentDispatch(agent, "", "", Map.of())).toList();
        var roomConfig = new RoomConfig("", null, null, null, "", null, null, null, dispatches, Map.of());
        var grant = new Grant(room, identity, name, metadata, attributes, video(), roomConfig, ttl());
        var key = StoredRing.require(store.get()).active();
        spec.commandLine().getOut().println(
                new TokenWriter().write(key, grant, clock.instant(), UUID.randomUUID().toString()));
        return 0;
    }

    private VideoGrants video() {
        var given = EnumSet.copyOf(VideoGrants.PARTICIPANT.given());
        if (noPublish) {
            given.removeAll(Set.of(VideoGrant.CAN_PUBLISH, VideoGrant.CAN_PUBLISH_DATA));
        }
        if (noSubscribe) {
            given.remove(VideoGrant.CAN_SUBSCRIBE);
        }
        if (admin) {
            given.add(VideoGrant.ROOM_ADMIN);
        }
        return new VideoGrants(given, List.of());
    }

    private Duration ttl() {
        var value = Times.parse(spec, "--ttl", ttl);
        if (value.compareTo(MAX_TTL) > 0) {
            throw new ParameterException(spec.commandLine(), "--ttl is from 1s to 24h, not " + ttl);
        }
        return value;
    }
}
