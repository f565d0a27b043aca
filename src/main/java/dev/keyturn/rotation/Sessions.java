package dev.keyturn.rotation;

import dev.keyturn.keys.SigningKey;
import io.livekit.server.RoomServiceClient;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import livekit.LivekitModels.ParticipantInfo;
import livekit.LivekitModels.Room;

/** Who is in LiveKit's rooms right now, by its room API. */
@Singleton
public class Sessions {

    /** One call for each room: with thousands of them somebody waits. */
    private static final int SHOWN_ROOMS = 100;

    private static final int SHOWN = 20;

    private final RotationConfig config;

    Sessions(RotationConfig config) {
        this.config = config;
    }

    /**
     * A line for each room that someone is in, and the identities there; or one that says why that is not known.
     *
     * @param key one that LiveKit accepts
     */
    public List<String> list(SigningKey key) {
        var lines = new ArrayList<String>();
        for (var node : config.nodes().orElse(List.of())) {
            try {
                lines.addAll(list(node, key));
            } catch (IOException | RuntimeException e) {
                lines.add("not known: " + node.getHost() + " could not be asked ("
                        + e.getClass().getSimpleName() + ")");
            }
        }
        return lines.isEmpty() ? List.of("nobody is in a room") : lines.stream().distinct().toList();
    }

    private static List<String> list(URI node, SigningKey key) throws IOException {
        var api = RoomServiceClient.createClient(node.toString(), key.key().value(), key.secret().reveal());
        var answer = api.listRooms().execute();
        if (!answer.isSuccessful() || answer.body() == null) {
            return List.of("not known: " + node.getHost() + " answered with status " + answer.code());
        }
        var lines = new ArrayList<String>();
        var rooms = answer.body();
        for (var room : rooms.subList(0, Math.min(SHOWN_ROOMS, rooms.size()))) {
            var there = api.listParticipants(room.getName()).execute().body();
            if (there != null && !there.isEmpty()) {
                lines.add("room " + printable(room.getName()) + ": " + identities(there));
            }
        }
        if (rooms.size() > SHOWN_ROOMS) {
            var others = rooms.subList(SHOWN_ROOMS, rooms.size());
            lines.add("and " + others.size() + " more rooms, with "
                    + others.stream().mapToInt(Room::getNumParticipants).sum() + " participants");
        }
        return lines;
    }

    private static String identities(List<ParticipantInfo> there) {
        return there.stream().limit(SHOWN).map(each -> printable(each.getIdentity())).collect(Collectors.joining(", "))
                + (there.size() > SHOWN ? " and " + (there.size() - SHOWN) + " more" : "");
    }

    /** Participants choose these names; a terminal would obey some of them. */
    static String printable(String name) {
        return name.replaceAll("[\\p{Cntrl}\\p{Cf}\\u0080-\\u009f]", "?");
    }
}
