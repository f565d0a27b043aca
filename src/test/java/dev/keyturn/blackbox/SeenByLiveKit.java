package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.keyturn.keys.SigningKey;
import dev.keyturn.servers.LiveKitServer;
import io.livekit.server.RoomServiceClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import livekit.LivekitModels.Room;
import retrofit2.Response;

/** What a LiveKit knows of agents and rooms, and whom it turned away. */
record SeenByLiveKit(LiveKitServer liveKit) {

    /** When workers registered, as its log says; again after each of its restarts. */
    List<Instant> registrations() {
        return liveKit.log().lines().filter(line -> line.contains("\tworker registered\t"))
                .map(line -> Instant.parse(line.substring(0, line.indexOf('\t')))).toList();
    }

    /** What it refused; it says no to the probes of a rotation, too, which ask for its root. */
    List<String> refusals() {
        return liveKit.log().lines().filter(line -> line.contains("\"status\": 401"))
                .filter(line -> !line.contains("\"path\": \"/\"")).toList();
    }

    /** The rooms that there are; a participant that is left in one keeps it. */
    List<String> rooms(SigningKey key) {
        var answer = listRooms(key);
        assertEquals(200, answer.code(), liveKit::log);
        return answer.body().stream().map(Room::getName).toList();
    }

    boolean refuses(SigningKey key) {
        return listRooms(key).code() == 401;
    }

    private Response<List<Room>> listRooms(SigningKey key) {
        try {
            return RoomServiceClient.createClient(
                    liveKit.url(), key.key().value(), key.secret().reveal()).listRooms().execute();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
