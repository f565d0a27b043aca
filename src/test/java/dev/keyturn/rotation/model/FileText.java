package dev.keyturn.rotation.model;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.Delivered.Restart;
import dev.keyturn.rotation.DeliveryConflictException;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.KeyFileTarget;
import dev.keyturn.rotation.model.Traffic.Call;
import dev.keyturn.rotation.model.Traffic.Trouble;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A delivered key file: text, compare-and-set, earlier versions, and a restart of LiveKit as a step of its own. */
public final class FileText {

    private static final String HERE = "the model's key file";

    private final Clock clock;
    private final List<Version> versions = new ArrayList<>();
    private LiveKit livekit = new LiveKit() {};

    /** Who reads the file. */
    public interface LiveKit {

        default void written(Version version, boolean byRotator) {}

        default void restart() {}

        default Restart restarted() {
            return Restart.DONE;
        }
    }

    /**
     * @param text   null where the file was taken away
     * @param byHand whether someone else than Keyturn wrote it
     * @param keys   what LiveKit starts with; empty if it does not start on this
     * @param seen   what Keyturn makes of it; empty if it is none of ours
     */
    public record Version(long revision, String text, boolean byHand, Optional<Map<ApiKey, ApiSecret>> keys,
            Optional<KeyFile> seen, Instant written) {}

    public FileText(String text, boolean byHand, Clock clock) {
        this.clock = clock;
        versions.add(version(text, byHand));
    }

    public void readBy(LiveKit livekit) {
        this.livekit = livekit;
    }

    public Version current() {
        return versions.get(versions.size() - 1);
    }

    /** All that can still be read: the earlier files and the one that is there. */
    public List<Version> readable() {
        return List.copyOf(versions);
    }

    /** Puts this text there, whatever was there. */
    public void put(String text, boolean byHand) {
        versions.add(version(text, byHand));
        livekit.written(current(), false);
    }

    private Version version(String text, boolean byHand) {
        var revision = versions.isEmpty() ? 1 : current().revision + 1;
        return new Version(revision, text, byHand, read(text, KeyFile::read).map(KeyFile::pairs),
                read(text, KeyFile::lookAt), clock.instant());
    }

    private static Optional<KeyFile> read(String text, Function<String, KeyFile> reader) {
        try {
            return Optional.ofNullable(text).map(reader);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The target as one process reaches it. */
    public KeyFileTarget as(Traffic traffic) {
        return new KeyFileTarget() {

            @Override
            public Delivered read() throws DeliveryException {
                return through(Call.FILE_READ, () -> {
                    var there = current();
                    if (there.text == null) {
                        return Delivered.NOTHING;
                    }
                    if (there.seen.isEmpty()) {
                        throw new DeliveryException(DeliveryException.Kind.FOREIGN, HERE + " is none of ours");
                    }
                    return new Delivered(there.seen, "" + there.revision, there.written, livekit.restarted(),
                            "LiveKit restarts");
                });
            }

            @Override
            public void deliver(KeyFile file, Delivered replaced) throws DeliveryException {
                var mine = through(Call.FILE_WRITE, () -> {
                    requireIs(replaced);
                    versions.add(version(file.text(), false));
                    livekit.written(current(), true);
                    return current().revision;
                });
                through(Call.FILE_RESTART, () -> {
                    if (current().revision == mine) {
                        livekit.restart();
                    }
                    return null;
                });
            }

            @Override
            public void restart(Delivered delivered) throws DeliveryException {
                through(Call.FILE_RESTART, () -> {
                    requireIs(delivered);
                    livekit.restart();
                    return null;
                });
            }

            @Override
            public int destroyEarlier(Delivered seen) throws DeliveryException {
                return through(Call.FILE_DESTROY, () -> {
                    if (seen.revision().isEmpty()) {
                        return 0; // who saw no file cannot say which are earlier; the run after the next delivery can
                    }
                    var before = versions.size();
                    versions.removeIf(version -> version.revision < Long.parseLong(seen.revision()));
                    return before - versions.size();
                });
            }

            @Override
            public String describe() {
                return HERE;
            }

            private void requireIs(Delivered seen) throws DeliveryConflictException {
                var there = current();
                if (!seen.revision().equals(there.text == null ? "" : "" + there.revision)) {
                    throw new DeliveryConflictException("revision " + there.revision + " of the key file is there");
                }
            }

            private <T> T through(Call call, Effect<T> effect) throws DeliveryException {
                try {
                    traffic.before(call);
                    var result = effect.happens();
                    traffic.after(call);
                    return result;
                } catch (Trouble e) {
                    throw new DeliveryException(
                            DeliveryException.Kind.UNREACHABLE, HERE + " did not answer to " + call);
                }
            }
        };
    }

    private interface Effect<T> {
        T happens() throws DeliveryException;
    }
}
