package bench;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Parses the body of a token request and answers always the same, as long as a real answer. */
@Path("/token")
@Singleton
public class Floor {

    /** What LiveKit's standard endpoint is sent. */
    public record Asked(String room_name, String participant_identity, String participant_name,
            String participant_metadata, Map<String, String> participant_attributes, Map<String, Object> room_config) {}

    private final String answer;

    Floor(@ConfigProperty(name = "floor.answer-bytes") int bytes) {
        var begin = "{\"server_url\":\"wss://livekit.example.com\",\"participant_token\":\"";
        answer = begin + "x".repeat(bytes - begin.length() - 2) + "\"}";
    }

    @POST
    @NonBlocking
    @ResponseStatus(201)
    public String token(Asked asked) {
        return answer;
    }
}
