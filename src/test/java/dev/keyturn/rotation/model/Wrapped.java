package dev.keyturn.rotation.model;

import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.KeyFileTarget;
import dev.keyturn.rotation.Nodes;
import dev.keyturn.rotation.Nodes.Replies;
import dev.keyturn.rotation.Nodes.Reply;
import dev.keyturn.rotation.NodesException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** Ports that pass everything on, for mutants that change one thing of it. */
final class Wrapped {

    static final Reply YES = new Reply(200, "text/plain", "OK", Optional.empty(), "");
    static final Reply NO = new Reply(401, "text/plain", "invalid API key", Optional.empty(), "");

    private Wrapped() {}

    /** The nodes, whose answers somebody changes on the way. */
    static Nodes nodes(Nodes inner, UnaryOperator<List<Replies>> change) {
        return new Nodes() {
            @Override
            public List<Replies> ask(Map<ApiKey, String> tokens) throws NodesException {
                return change.apply(inner.ask(tokens));
            }

            @Override
            public String describe() {
                return inner.describe();
            }
        };
    }

    static List<Replies> each(List<Replies> replies, BiFunction<Replies, ApiKey, Reply> change) {
        return replies.stream().map(node -> {
            var changed = new LinkedHashMap<ApiKey, Reply>();
            node.byKey().keySet().forEach(key -> changed.put(key, change.apply(node, key)));
            return new Replies(node.node(), changed);
        }).toList();
    }

    static class Store implements KeyRingStore {

        private final KeyRingStore inner;

        Store(KeyRingStore inner) {
            this.inner = inner;
        }

        @Override
        public Optional<Stored> read() throws KeyRingStoreException {
            return inner.read();
        }

        @Override
        public Stored write(KeyRing ring, Stored replaced) throws KeyRingStoreException {
            return inner.write(ring, replaced);
        }

        @Override
        public int destroyEarlier(Stored current) throws KeyRingStoreException {
            return inner.destroyEarlier(current);
        }

        @Override
        public String describe() {
            return inner.describe();
        }
    }

    static class Target implements KeyFileTarget {

        private final KeyFileTarget inner;

        Target(KeyFileTarget inner) {
            this.inner = inner;
        }

        @Override
        public Delivered read() throws DeliveryException {
            return inner.read();
        }

        @Override
        public void deliver(KeyFile file, Delivered replaced) throws DeliveryException {
            inner.deliver(file, replaced);
        }

        @Override
        public void restart(Delivered delivered) throws DeliveryException {
            inner.restart(delivered);
        }

        @Override
        public int destroyEarlier(Delivered current) throws DeliveryException {
            return inner.destroyEarlier(current);
        }

        @Override
        public String describe() {
            return inner.describe();
        }
    }
}
