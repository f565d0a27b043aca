package dev.keyturn.blackbox;

import dev.keyturn.servers.FaultyProxy;
import java.time.Duration;
import java.util.function.Consumer;

/** What can go wrong between the program and Vault, and how the program must call it in its metric. */
enum VaultFault {
    REFUSED("unreachable", FaultyProxy::refuse),
    BLACK_HOLE("unreachable", FaultyProxy::blackHole),
    SLOW("unreachable", proxy -> proxy.slow(Duration.ofSeconds(20))),
    CUT_SHORT("unreachable", FaultyProxy::cut),
    HANG_UP("unreachable", FaultyProxy::hangUp),
    SEALED("denied", proxy -> proxy.status(503, "{\"errors\": [\"Vault is sealed\"]}")),
    FORBIDDEN("denied", proxy -> proxy.status(403, "{\"errors\": [\"1 error occurred: permission denied\"]}")),
    SERVER_ERROR("denied", proxy -> proxy.status(500, "{\"errors\": [\"internal error\"]}")),
    GONE("missing", proxy -> proxy.status(404, "{\"errors\": []}")),
    EMPTY("broken", proxy -> proxy.document("{}", 9)),
    BROKEN("broken", proxy -> proxy.document("{\"schema\": 1, \"version\": 9, \"keys\": []}", 9)),
    FOREIGN("broken",
            proxy -> proxy.document("{\"username\": \"u\", \"password\": \"canary-of-a-foreign-document\"}", 9)),
    NOT_VAULT("broken", proxy -> proxy.status(200, "<html>welcome</html>"));

    final String outcome;
    private final Consumer<FaultyProxy> begin;

    VaultFault(String outcome, Consumer<FaultyProxy> begin) {
        this.outcome = outcome;
        this.begin = begin;
    }

    void begin(FaultyProxy proxy) {
        begin.accept(proxy);
    }
}
