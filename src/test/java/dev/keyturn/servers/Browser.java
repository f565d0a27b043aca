package dev.keyturn.servers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.TestAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Chromium, which trusts a test's authority and finds the names of a test: what CORS and TLS are worth is what it makes
 * of them. Its pages have livekit-client, and a fake microphone. It needs node on PATH.
 */
public final class Browser implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path home;
    private final NodeScript script;

    private Browser(Path home, NodeScript script) {
        this.home = home;
        this.script = script;
    }

    /**
     * @param pages   the certificate of the pages, which are served beside the browser
     * @param hosts   where a host's port 443 is; any other host has a page there. TURN insists on the very port
     * @param scripts by the names of the pages that have them, instead of livekit-client
     */
    public static Browser start(TestAuthority authority, TestAuthority.Leaf pages,
            Map<String, InetSocketAddress> hosts, Map<String, Path> scripts) {
        var home = ServerProcess.folder("browser");
        try {
            trust(home, authority.pem());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var rules = new ArrayList<String>();
        hosts.forEach((host, at) -> {
            var address = at.getAddress().getHostAddress();
            rules.add("MAP " + host + ":443 " + address + ":" + at.getPort());
            rules.add("MAP " + host + ". " + address); // with that dot, and no port, WebRTC asks
        });
        var files = new HashMap<String, String>();
        scripts.forEach((name, file) -> files.put(name, file.toString()));
        return start(home, rules, Map.of("certificate", pages.certificate().toString(), "key", pages.key().toString(),
                "scripts", files));
    }

    /** For pages of {@code localhost}; it finds no other host. */
    public static Browser local() {
        return start(ServerProcess.folder("browser"), List.of(), Map.of());
    }

    private static Browser start(Path home, List<String> rules, Map<String, ?> pages) {
        var settings = new HashMap<String, Object>(pages);
        settings.putAll(Map.of("chromium", ServerBinary.CHROMIUM.path().toString(), "home", home.toString(),
                "rules", rules));
        try {
            return new Browser(home, NodeScript.start("browser/pages.cjs", ServerBinary.BROWSER.path(),
                    Redirect.to(home.resolve("log").toFile()), JSON.writeValueAsString(settings)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Chromium on Linux asks the user's NSS database whom to trust beside the world's authorities. */
    private static void trust(Path home, Path authority) throws IOException {
        var database = Files.createDirectories(home.resolve(".pki/nssdb"));
        var certutil = ServerBinary.CERTUTIL.path().toString();
        for (var options : List.of(List.of("-N", "--empty-password"),
                List.of("-A", "-n", "test", "-t", "C,,", "-i", authority.toString()))) {
            var command = new ArrayList<>(List.of(certutil, "-d", "sql:" + database));
            command.addAll(options);
            try {
                if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
                    throw new IllegalStateException("certutil could not: " + command);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** A new page. */
    public Page page(String origin) {
        return new Page(tell(Map.of("open", origin)).path("page").intValue());
    }

    /** A new page of somebody else, on a screen of this width, who likes {@code light} or {@code dark}. */
    public Page page(String url, int width, String scheme) {
        return new Page(tell(Map.of("open", url, "look", Map.of("colorScheme", scheme,
                "viewport", Map.of("width", width, "height", 800)))).path("page").intValue());
    }

    /** One page of one origin. */
    public final class Page {

        private final int number;

        private Page(int number) {
            this.number = number;
        }

        /** What these statements return, as JSON; they may await. A page that throws is an error here. */
        public JsonNode run(String statements) {
            return act("run", statements);
        }

        /** Waits until this expression is true there. */
        public void await(String expression) {
            act("until", expression);
        }

        /** A key, as {@code Tab}. */
        public void press(String key) {
            act("press", key);
        }

        public void type(String text) {
            act("type", text);
        }

        public void click(String selector) {
            act("click", selector);
        }

        /** A screenshot of the whole page. */
        public void picture(Path file) {
            act("picture", file.toString());
        }

        /** What came to its console as an error, or was thrown, and of {@code origins} which it asked. */
        public JsonNode seen() {
            return act("seen", true);
        }

        private JsonNode act(String verb, Object what) {
            var answer = tell(Map.of("page", number, verb, what));
            if (answer.has("error")) {
                throw new AssertionError(verb + " " + what + ": " + answer.path("error").asText() + "\n"
                        + answer.path("console"));
            }
            return answer.path("value");
        }

        /** The same with all that was said: {@code value} or {@code error}, and the lines of the {@code console}. */
        public JsonNode attempt(String statements) {
            return tell(Map.of("page", number, "run", statements));
        }
    }

    private JsonNode tell(Map<String, ?> what) {
        try {
            return script.tell(what);
        } catch (IllegalStateException ended) {
            throw new IllegalStateException(ended.getMessage() + ": " + log(), ended);
        }
    }

    private String log() {
        try {
            return Files.readString(home.resolve("log"));
        } catch (IOException e) {
            return "no log";
        }
    }

    @Override
    public void close() throws Exception {
        script.close();
        ServerProcess.delete(home);
    }
}
