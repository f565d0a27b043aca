package dev.keyturn.callers;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** An answer's body as bytes, given up as soon as it grows beyond a limit. (The JDK has its own from version 25 on.) */
public final class BoundedBody implements BodySubscriber<byte[]> {

    public static final class TooLargeException extends IOException {
    }

    private final BodySubscriber<byte[]> whole = BodySubscribers.ofByteArray();
    private long left;
    private Flow.Subscription subscription;

    /** @param limit in bytes */
    public BoundedBody(long limit) {
        left = limit;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        whole.onSubscribe(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> part) {
        if (left < 0) {
            return;
        }
        left -= part.stream().mapToLong(ByteBuffer::remaining).sum();
        if (left < 0) {
            subscription.cancel();
            whole.onError(new TooLargeException());
        } else {
            whole.onNext(part);
        }
    }

    @Override
    public void onError(Throwable error) {
        whole.onError(error);
    }

    @Override
    public void onComplete() {
        whole.onComplete();
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return whole.getBody();
    }
}
