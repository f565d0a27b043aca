package dev.keyturn.rotation;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Who the nodes are at the moment: every address behind every URL. */
final class NodeAddresses {

    /** How a name becomes addresses. */
    interface Names {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private final List<NodeUrl> urls;
    private final Duration timeout;
    private final Vertx vertx;
    private final Names names;

    /** @throws ConfigurationException if a URL is not what it should be */
    NodeAddresses(List<URI> urls, Duration timeout, Vertx vertx, Names names) {
        this.urls = urls.stream().map(NodeUrl::of).distinct().toList();
        this.timeout = timeout;
        this.vertx = vertx;
        this.names = names;
    }

    /**
     * Looks all names up, side by side.
     *
     * @return in a stable order, each once, also where two names lead to it
     * @throws NodesException if there are none, or one of the names is not known
     */
    SortedSet<NodeAddress> find() throws NodesException {
        if (urls.isEmpty()) {
            throw new NodesException("it is not known where LiveKit's nodes are: keyturn.rotation.nodes is not set."
                    + " Example: KEYTURN_ROTATION_NODES=http://livekit-nodes.livekit.svc:7880");
        }
        var lookUps = new LinkedHashMap<NodeUrl, Future<InetAddress[]>>();
        urls.forEach(url -> lookUps.put(url, vertx.executeBlocking(() -> names.resolve(url.host()), false)));
        var nodes = new TreeSet<>(NodeAddress.ORDER);
        for (var lookUp : lookUps.entrySet()) {
            for (var address : await(lookUp.getKey(), lookUp.getValue())) {
                nodes.add(new NodeAddress(lookUp.getKey(), address));
            }
        }
        return nodes;
    }

    private InetAddress[] await(NodeUrl url, Future<InetAddress[]> lookUp) throws NodesException {
        try {
            return lookUp.toCompletionStage().toCompletableFuture().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException unknown) {
            throw unknown(url, "no address is known for that name");
        } catch (TimeoutException e) {
            throw unknown(url, "no answer about that name within " + timeout.toMillis() + " ms");
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static NodesException unknown(NodeUrl url, String why) {
        return new NodesException("the nodes behind " + url + " (keyturn.rotation.nodes) cannot be found: " + why
                + ". Is the name right, and is a node ready?");
    }

    static NodesException interrupted() {
        Thread.currentThread().interrupt();
        return new NodesException("the program is ending");
    }

    @Override
    public String toString() {
        return urls.isEmpty() ? "keyturn.rotation.nodes (not set)"
                : urls.stream().map(NodeUrl::toString).collect(Collectors.joining(", "));
    }
}
