package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.keyturn.rotation.Delivered;
import dev.keyturn.rotation.DeliveryException;
import dev.keyturn.rotation.DeliveryException.Kind;
import dev.keyturn.servers.FaultyProxy;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import dev.keyturn.servers.VaultServer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The faults of {@link VaultFaultsIT} as a delivery meets them: a kind of its port and a sentence, and it goes on. */
@NeedsServer(ServerBinary.VAULT)
class VaultTargetFaultsIT {

    private static VaultServer vault;
    private static int paths;

    private String path;
    private FaultyProxy proxy;
    private VaultTarget target;
    private Delivered delivered;

    @BeforeAll
    static void start() {
        vault = VaultServer.shared();
    }

    @BeforeEach
    void deliverAFile() throws Exception {
        path = "target-faults/" + ++paths;
        proxy = FaultyProxy.before(vault.url());
        target = VaultClients.target(proxy.url(), vault.rootToken(), path);
        target.deliver(Rings.keyFile(), target.read());
        delivered = target.read();
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("refused", FaultyProxy::refuse, Kind.UNREACHABLE, ""), // seen as closed or as refused
                fault("hung up", FaultyProxy::hangUp, Kind.UNREACHABLE, "the connection was closed"),
                fault("cut short", FaultyProxy::cut, Kind.UNREACHABLE, "the connection was closed"),
                fault("500", status(500, "{\"errors\": [\"" + Rings.CANARY + "\"]}"), Kind.DENIED, "status 500"),
                fault("sealed", status(503, "{\"errors\": [\"Vault is sealed\"]}"), Kind.DENIED,
                        "Vault is sealed: unseal it"),
                fault("403", status(403, "{\"errors\": [\"permission denied " + Rings.CANARY + "\"]}"), Kind.DENIED,
                        "Vault forbids it: the policy of Keyturn's login needs path"),
                fault("no engine", status(404, "{\"errors\": [\"no handler for route\"]}"), Kind.DENIED,
                        "or set keyturn.rotation.vault.mount"),
                fault("a foreign page", status(200, "<html>" + Rings.CANARY), Kind.FOREIGN, "not Vault's"),
                fault("someone's JSON", status(200, "{\"a\": \"" + Rings.CANARY + "\"}"), Kind.FOREIGN,
                        "no version of a secret"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void whatever_fails_is_a_sentence_and_the_next_call_goes_on(
            String name, Consumer<FaultyProxy> fault, Kind kind, String says) throws Exception {
        fault.accept(proxy);

        assertFault(kind, says, target::read);
        assertFault(kind, says, () -> target.deliver(Rings.nextKeyFile(), delivered));
        assertFault(kind, name.equals("someone's JSON") ? "not Vault's" : says, () -> target.destroyEarlier(delivered));

        proxy.pass();
        assertEquals(delivered, target.read());
    }

    @Test
    void a_delivery_whose_answer_was_lost_is_seen_by_the_next_run() throws Exception {
        vault.api().delete("secret/metadata/" + path);
        proxy.cut();

        assertFault(Kind.UNREACHABLE, "closed before Vault had answered in full",
                () -> target.deliver(Rings.keyFile(), Delivered.NOTHING));

        proxy.pass();
        assertEquals(Optional.of(Rings.keyFile()), target.read().file());
    }

    @Test
    void a_vault_that_never_answers_is_given_up() throws Exception {
        var client = VaultClients.at(proxy.url()).clientToken(vault.rootToken()).build();
        var impatient = new VaultTarget(client, "secret", path, "keys.yaml", Duration.ofSeconds(1));
        proxy.blackHole();

        var says = "did not answer within 1000 ms (keyturn.rotation.vault.timeout)";
        assertFault(Kind.UNREACHABLE, says, impatient::read);
        assertFault(Kind.UNREACHABLE, says, () -> impatient.deliver(Rings.nextKeyFile(), Delivered.NOTHING));
        assertFault(Kind.UNREACHABLE, says, () -> impatient.destroyEarlier(delivered));
    }

    @Test
    void a_slow_vault_is_waited_for() throws Exception {
        proxy.slow(Duration.ofMillis(200));
        var next = Rings.nextKeyFile();

        target.deliver(next, target.read());

        assertEquals(Optional.of(next), target.read().file());
    }

    @Test
    void an_engine_of_version_one_is_refused() {
        vault.api().mountKv("old-target", 1);
        var old = new VaultTarget(VaultClients.at(vault.url()).clientToken(vault.rootToken()).build(), "old-target",
                path, "keys.yaml", VaultClients.TIMEOUT);

        assertFault(Kind.FOREIGN, "KV engine of version 1", () -> old.deliver(Rings.keyFile(), Delivered.NOTHING));
        assertFault(Kind.FOREIGN, "no version of a secret", old::read);
    }

    private void assertFault(Kind kind, String says, Executable call) {
        var failure = assertThrows(DeliveryException.class, call);
        var shown = Rings.shown(failure, vault);
        assertEquals(kind, failure.kind(), shown);
        assertTrue(failure.getMessage().contains(says), shown);
    }

    private static Arguments fault(String name, Consumer<FaultyProxy> fault, Kind kind, String says) {
        return arguments(name, fault, kind, says);
    }

    private static Consumer<FaultyProxy> status(int status, String body) {
        return proxy -> proxy.status(status, body);
    }
}
