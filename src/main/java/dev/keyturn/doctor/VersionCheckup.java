package dev.keyturn.doctor;

import dev.keyturn.keys.SigningKey;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;

/** Which version LiveKit's nodes are; asked in a way that opens no room ({@link AgentSocket}). */
public final class VersionCheckup implements Checkup {

    private static final Pattern VERSION = Pattern.compile("v?([0-9]{1,6})\\.([0-9]{1,6})\\.([0-9]{1,6}).*");
    private static final int[] NO_TOKEN_IN_ANSWERS = {1, 13, 6};
    private static final int[] START_ERRORS_SHOW = {1, 13, 10};

    private final List<URI> nodes;
    private final Optional<SigningKey> key;
    private final AgentSocket socket;

    /** @param key one that LiveKit accepts */
    VersionCheckup(List<URI> nodes, Optional<SigningKey> key, AgentSocket socket) {
        this.nodes = nodes;
        this.key = key;
        this.socket = socket;
    }

    @Override
    public String subject() {
        return "version";
    }

    @Override
    public List<Finding> look() throws InterruptedException {
        if (key.isEmpty()) {
            return List.of(Finding.unseen("LiveKit: version", "it says so only to those who have a key",
                    "Give a pair with --key-file (or LIVEKIT_API_KEY and LIVEKIT_API_SECRET)."));
        }
        var looks = new Together();
        var versions = new ConcurrentSkipListSet<String>();
        for (var url : nodes) {
            try {
                for (var node : Endpoint.allOf(url)) {
                    looks.look(() -> {
                        var answer = socket.register(node, key.get());
                        var version = answer.serverInfo().path("version").asText("");
                        versions.add(version);
                        return judge("node " + node.name() + ": version", answer.status(), version, answer.problem());
                    });
                }
            } catch (UnknownHostException e) {
                looks.say(Finding.unseen("LiveKit: version", "nobody knows the name " + url.getHost(),
                        "Correct --nodes."));
            }
        }
        var findings = new ArrayList<>(looks.findings());
        versions.remove("");
        if (versions.size() > 1) {
            findings.add(Finding.warning("nodes: versions", "they are of different versions: "
                    + Words.all(versions.stream().map(Words::printable).toList()),
                    "Finish the upgrade: give all nodes the same image."));
        }
        return findings;
    }

    static Finding judge(String item, int status, String version, String problem) {
        if (version.isEmpty()) {
            return Finding.unseen(item, "it was not told: /agent " + (status == 0 ? "does not answer (" + problem + ")"
                    : "answers with status " + status),
                    "Look in LiveKit's log ('starting LiveKit server'); a key that it accepts and a way without a"
                            + " proxy that blocks /agent are needed to see it from here.");
        }
        var found = Words.printable(version);
        if (isBefore(version, NO_TOKEN_IN_ANSWERS)) {
            return Finding.warning(item, found, "Upgrade to 1.13.10 or later: before 1.13.6 LiveKit writes refused tokens"
                    + " whole into its log and answers, takes tokens without 'exp' for ever, and serves metrics to"
                    + " everybody if only one of prometheus.username and password is set.");
        }
        return isBefore(version, START_ERRORS_SHOW)
                ? Finding.warning(item, found, "Upgrade to 1.13.10 or later: before it LiveKit ends with status 0 when"
                        + " it cannot start, and neither systemd nor a rollout notices.")
                : Finding.ok(item, found);
    }

    private static boolean isBefore(String version, int[] other) {
        var numbers = VERSION.matcher(version);
        if (!numbers.matches()) {
            return false;
        }
        for (int i = 0; i < other.length; i++) {
            var number = Integer.parseInt(numbers.group(i + 1));
            if (number != other[i]) {
                return number < other[i];
            }
        }
        return false;
    }
}
