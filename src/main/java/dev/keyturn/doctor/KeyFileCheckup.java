package dev.keyturn.doctor;

import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.SigningKey;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** LiveKit's key file: that LiveKit starts with it, its secrets, and its order. */
public final class KeyFileCheckup implements Checkup {

    private static final int MANY = 3;
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_EXECUTE);

    private final String where;
    private final KeyLines file;
    private final Optional<Set<PosixFilePermission>> mode;
    private final Optional<KeyRing> ring;
    private final boolean isFile;

    /**
     * @param where  for people
     * @param mode   of a file on this machine
     * @param ring   whose keys these should be
     * @param isFile whether it is all that LiveKit has, and not a single pair
     */
    public KeyFileCheckup(String where, KeyLines file, Optional<Set<PosixFilePermission>> mode,
            Optional<KeyRing> ring, boolean isFile) {
        this.where = where;
        this.file = file;
        this.mode = mode;
        this.ring = ring;
        this.isFile = isFile;
    }

    @Override
    public String subject() {
        return where;
    }

    @Override
    public List<Finding> look() {
        var findings = new ArrayList<Finding>();
        if (!file.problem().isEmpty()) {
            findings.add(Finding.fault(where, "LiveKit would not start with it: " + file.problem(),
                    "Write it as lines of 'KEY: secret', one for each key, and nothing else."));
        }
        if (file.lines().isEmpty()) {
            return findings;
        }
        findings.add(secrets());
        mode.ifPresent(permissions -> findings.add(mode(permissions)));
        if (isFile) {
            findings.add(ring.map(this::asRing).orElseGet(this::withoutRing));
        }
        return findings;
    }

    private Finding secrets() {
        var item = where + ": secrets";
        var development = file.lines().stream().filter(KeyLines.Line::isDevelopment).toList();
        if (!development.isEmpty()) {
            return Finding.fault(item, development.get(0).key() + " has LiveKit's public development secret",
                    "Replace it: 'keyturn init --key-file keys.yaml' makes a pair, or 'livekit-server generate-keys'.");
        }
        var tooShort = file.lines().stream().filter(KeyLines.Line::isShort).toList();
        if (!tooShort.isEmpty()) {
            return Finding.fault(item, Words.all(tooShort.stream()
                    .map(line -> line.key() + " has a secret of " + line.characters() + " characters").toList()),
                    "Replace it by one of 32 or more random characters: a short one is guessed from a single token."
                            + " 'keyturn init --key-file keys.yaml' makes a pair.");
        }
        var odd = file.lines().stream().filter(line -> line.pair().isEmpty()).map(KeyLines.Line::key).toList();
        if (!odd.isEmpty()) {
            return Finding.warning(item, Words.all(odd) + " cannot be used everywhere: blanks or odd characters in key"
                    + " or secret", "Replace it: TURN breaks on '|', environment variables and headers on others.");
        }
        if (file.sameSecretTwice()) {
            return Finding.fault(item, "two keys have the same secret", "Give each key a secret of its own: withdrawing"
                    + " one of these would withdraw nothing.");
        }
        var monotonous = file.lines().stream().filter(KeyLines.Line::isMonotonous).map(KeyLines.Line::key).toList();
        if (!monotonous.isEmpty()) {
            return Finding.warning(item, Words.all(monotonous) + " has a secret that does not look random",
                    "Replace it by a random one ('keyturn init --key-file keys.yaml', 'livekit-server generate-keys').");
        }
        return file.lines().size() > MANY
                ? Finding.warning(item, Words.count(file.lines().size(), "key") + " are accepted at once",
                        "Take away those that nobody uses any more: each opens everything.")
                : Finding.ok(item, Words.count(file.lines().size(), "key") + ", each with a secret that is long enough");
    }

    private Finding mode(Set<PosixFilePermission> permissions) {
        var item = where + ": mode";
        var text = PosixFilePermissions.toString(permissions);
        return permissions.stream().anyMatch(OTHERS::contains)
                ? Finding.fault(item, text + ": others may read it, and LiveKit does not start with it",
                        "Run 'chmod 600' on it (in Kubernetes defaultMode: 0600), and turn its keys if others could read"
                                + " it.")
                : Finding.ok(item, text);
    }

    private Finding withoutRing() {
        var item = where + ": order";
        return file.lines().size() == 1 ? Finding.ok(item, "one key")
                : Finding.unseen(item, "the first of " + file.lines().size() + " keys is " + file.names().get(0)
                        + ", with which LiveKit signs seven of eight refresh tokens; which should is not known",
                        "Give the key ring (keyturn.ring.store). Without Keyturn: a new key goes last while it is added, and"
                                + " first before the others are taken away.");
    }

    /** Whether it has the ring's keys, and in an order that suits them. */
    private Finding asRing(KeyRing held) {
        var item = where + ": order";
        var names = file.pairs().stream().map(SigningKey::key).toList();
        var unknown = names.stream().filter(key -> held.find(key).isEmpty()).toList();
        if (!unknown.isEmpty()) {
            return Finding.fault(item, Words.all(unknown) + " is in it and not in the key ring",
                    "If it was dropped, or nobody knows it, take it away: run 'keyturn rotate', which delivers the file"
                            + " anew.");
        }
        var lacking = held.keys().stream().map(SigningKey::key).filter(key -> !names.contains(key)).toList();
        if (lacking.contains(held.active().key())) {
            return Finding.fault(item, "the key that signs, " + held.active().key() + ", is not in it",
                    "Run 'keyturn rotate', which delivers the file anew: a LiveKit that starts with this one refuses"
                            + " every token.");
        }
        var staged = held.in(KeyState.STAGED).stream().map(SigningKey::key).filter(names::contains).toList();
        if (!staged.isEmpty() && !names.get(names.size() - 1).equals(staged.get(0))) {
            return Finding.fault(item, "the staged key " + staged.get(0) + " is not the last: nodes that have it sign"
                    + " refresh tokens with it that the others refuse",
                    "Run 'keyturn rotate', which puts it last, and leave the file to Keyturn.");
        }
        if (!lacking.isEmpty()) {
            return Finding.warning(item, "it lacks " + Words.all(lacking) + ", which the ring has",
                    "As a key is withdrawn that is so for a while ('keyturn status'). If it stays, run 'keyturn rotate'.");
        }
        return Finding.ok(item, staged.isEmpty() ? "the keys of the ring, and no other"
                : "the keys of the ring; " + staged.get(0) + ", which is staged, is the last");
    }
}
