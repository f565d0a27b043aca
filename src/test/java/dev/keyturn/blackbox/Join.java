package dev.keyturn.blackbox;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keyturn.servers.LiveKitServer;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import livekit.LivekitModels.DisconnectReason;
import livekit.LivekitRtc.LeaveRequest;
import livekit.LivekitRtc.SignalRequest;
import livekit.LivekitRtc.SignalResponse;

/**
 * A participant as LiveKit's SDKs make one, as far as its signalling connection goes: connects with a token, is told
 * that it is in the room, is handed LiveKit's own refresh token, and leaves.
 */
final class Join implements WebSocket.Listener {

    private static final int UNAUTHORIZED = 401;
    private static final Duration WITHIN = Duration.ofSeconds(5);
    private static final byte[] LEAVE = SignalRequest.newBuilder()
            .setLeave(LeaveRequest.newBuilder().setReason(DisconnectReason.CLIENT_INITIATED))
            .build().toByteArray();

    private final CompletableFuture<String> refreshToken = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private boolean joined;

    private Join() {}

    /** What became of a join. */
    enum Came {
        /** It was in the room, with a refresh token. */
        JOINED,
        /** The node said that the token is not good. */
        REFUSED,
        /** The node, or the one that has the room, is not there: connection refused or cut, no answer, status 500. */
        AWAY
    }

    /**
     * @param came         in a word
     * @param refreshToken LiveKit's; {@code null} if it was not in the room
     * @param why          it was not, in a few words; empty if it was
     */
    record Result(Came came, String refreshToken, String why) {}

    /** One join through this node, from the connection to the leave. Never throws for what the node does. */
    static Result through(LiveKitServer node, String token, HttpClient http) throws InterruptedException {
        var listener = new Join();
        try {
            var socket = http.newWebSocketBuilder().connectTimeout(WITHIN).buildAsync(
                    URI.create(node.wsUrl() + "/rtc?protocol=9&sdk=js&auto_subscribe=1&access_token=" + token),
                    listener).get(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            try {
                var refresh = listener.refreshToken.get(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
                socket.sendBinary(ByteBuffer.wrap(LEAVE), true);
                listener.closed.completeOnTimeout(null, WITHIN.toMillis(), TimeUnit.MILLISECONDS).get();
                return new Result(Came.JOINED, refresh, "");
            } finally {
                socket.abort();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException answered) {
                var status = answered.getResponse().statusCode();
                return new Result(status == UNAUTHORIZED ? Came.REFUSED : Came.AWAY, null, "status " + status);
            }
            var cause = e.getCause();
            return new Result(Came.AWAY, null,
                    Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName()));
        } catch (TimeoutException e) {
            return new Result(Came.AWAY, null, "no answer within " + WITHIN.toSeconds() + " s");
        }
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
        var bytes = new byte[part.remaining()];
        part.get(bytes);
        message.writeBytes(bytes);
        if (last) {
            take(message.toByteArray());
            message.reset();
        }
        socket.request(1);
        return null;
    }

    private void take(byte[] bytes) {
        try {
            var said = SignalResponse.parseFrom(bytes);
            joined |= said.hasJoin();
            if (said.hasLeave()) {
                fail("told to leave: " + said.getLeave().getReason());
            } else if (joined && !said.getRefreshToken().isEmpty()) {
                refreshToken.complete(said.getRefreshToken());
            }
        } catch (InvalidProtocolBufferException e) {
            fail("said something that is not LiveKit's protocol");
        }
    }

    private void fail(String why) {
        refreshToken.completeExceptionally(new IllegalStateException(why));
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
        fail("closed the connection with " + status + " " + reason);
        closed.complete(null);
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        refreshToken.completeExceptionally(error);
        closed.complete(null);
    }
}
