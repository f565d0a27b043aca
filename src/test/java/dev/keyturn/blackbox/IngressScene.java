package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.keyturn.TestAuthority;
import dev.keyturn.TestAuthority.Leaf;
import dev.keyturn.TestKeys;
import dev.keyturn.callers.TestIssuer;
import dev.keyturn.file.FileKeyRingStore;
import dev.keyturn.servers.Browser;
import dev.keyturn.servers.KeyturnProcess;
import dev.keyturn.servers.LiveKitServer;
import dev.keyturn.servers.NginxServer;
import dev.keyturn.servers.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keyturn and LiveKit with its TURN/TLS behind nginx as we ship it, and people's browsers in front. */
final class IngressScene implements AutoCloseable {

    static final String APP = "https://app.example.com";
    static final String FOREIGN = "https://evil.example";
    static final String TOKENS = "tokens.example.com";
    static final String LIVEKIT = "livekit.example.com";
    static final String TURN = "turn.example.com";

    final TestAuthority authority;
    final TestIssuer issuer;
    final LiveKitServer liveKit;
    final KeyturnProcess keyturn;
    private final Path folder;
    private final int turnPort = Ports.free();
    private final Path turnCertificate;
    private final Path turnKey;
    private final Map<String, Leaf> certificates;
    private final Leaf pages;

    IngressScene(Path folder) throws Exception {
        this.folder = folder;
        authority = TestAuthority.make(folder);
        certificates = Map.of(TOKENS, authority.leaf("dns:" + TOKENS), LIVEKIT, authority.leaf("dns:" + LIVEKIT));
        pages = authority.leaf("dns:app.example.com,dns:evil.example");
        turnCertificate = folder.resolve("turn.pem");
        turnKey = folder.resolve("turn-key.pem");
        turnShows(authority.leaf("dns:" + TURN));
        liveKit = LiveKitServer.start(Map.of("APIingress", TestKeys.secretOf("APIingress")), """
                turn:
                  enabled: true
                  domain: %s
                  tls_port: %d
                  cert_file: %s
                  key_file: %s
                  bind_addresses: ["127.0.0.1"]
                  allow_restricted_peer_cidrs: ["127.0.0.0/8"] # LiveKit itself, in this test
                """.formatted(TURN, turnPort, turnCertificate, turnKey));
        issuer = TestIssuer.start("https://id.example.com", "RS256", Clock.systemUTC());
        keyturn = KeyturnProcess.serve(settings());
    }

    private Map<String, String> settings() throws Exception {
        new FileKeyRingStore(folder.resolve("ring.json")).write(TestKeys.ring("APIingress"), null);
        var settings = new HashMap<>(issuer.settings("main", folder));
        settings.put("keyturn.ring.store", "file");
        settings.put("keyturn.ring.file.path", folder.resolve("ring.json").toString());
        settings.put("keyturn.livekit.url", "wss://" + LIVEKIT);
        settings.put("keyturn.cors.origins", APP);
        settings.put("quarkus.http.proxy.proxy-address-forwarding", "true");
        settings.put("quarkus.http.proxy.allow-x-forwarded", "true");
        settings.put("quarkus.http.proxy.trusted-proxies", "127.0.0.1");
        settings.put("keyturn.policy.file", Files.writeString(folder.resolve("policy.yaml"), """
                rules:
                  - name: hasty
                    for: {issuer: "https://id.example.com", claims: {hasty: true}}
                    rooms: [lobby]
                    rate: 1/1h
                  - name: members
                    for: {issuer: "https://id.example.com"}
                    rooms: ["lobby*"]
                credentials:
                  - name: agent
                    for: {issuer: "https://id.example.com", claims: {role: agent}}
                """).toString());
        return settings;
    }

    Map<String, Leaf> certificates() {
        return certificates;
    }

    /** nginx as we ship it, with these files of livekit.d. */
    NginxServer nginx(String... options) {
        return nginx(certificates, options);
    }

    /** The same with other certificates for its hosts. */
    NginxServer nginx(Map<String, Leaf> shown, String... options) {
        return NginxServer.start(Map.of("127.0.0.1:8080", address(keyturn.url()),
                "127.0.0.1:7880", address(liveKit.url()), "127.0.0.1:5349", "127.0.0.1:" + turnPort), shown, options);
    }

    private static String address(String url) {
        return url.substring("http://".length());
    }

    Browser browser(InetSocketAddress https) {
        return browser(https, Map.of());
    }

    /** @param scripts by the names of the pages that have them, {@link #APP} and a slash before */
    Browser browser(InetSocketAddress https, Map<String, Path> scripts) {
        return Browser.start(authority, pages, Map.of(TOKENS, https, LIVEKIT, https, TURN, https), scripts);
    }

    /** From LiveKit's next start on. */
    void turnShows(Leaf leaf) throws IOException {
        Files.copy(leaf.certificate(), turnCertificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(leaf.key(), turnKey, StandardCopyOption.REPLACE_EXISTING);
    }

    String bearer(String who) {
        return issuer.bearer(Map.of("sub", who));
    }

    /** Nothing in any log of which somebody could make a join. */
    static void assertNoToken(NginxServer server) {
        var logs = server.logs();
        for (var token : List.of("access_token", "join_request", "eyJ", "Bearer")) {
            assertFalse(logs.contains(token), logs);
        }
    }

    @Override
    public void close() {
        keyturn.close();
        issuer.close();
        liveKit.close();
    }
}
