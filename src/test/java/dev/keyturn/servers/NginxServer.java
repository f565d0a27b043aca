package dev.keyturn.servers;

import dev.keyturn.TestAuthority.Leaf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * nginx with the file that we ship: what a machine has of its own is replaced (addresses, certificates, folders), all
 * else is as a user gets it. It listens on ports 443 and 80 of a loopback address of its own where this user may, and
 * else on free ports of 127.0.0.1.
 */
public final class NginxServer implements AutoCloseable {

    private static final Path SHIPPED = Path.of("k8s/ingress/plain");
    private static final String LOCAL = "127.0.0.1:";

    private final InetSocketAddress https;
    private final InetSocketAddress http;
    private final Path folder;
    private final ServerProcess process;

    private NginxServer(InetSocketAddress https, InetSocketAddress http, Path folder, ServerProcess process) {
        this.https = https;
        this.http = http;
        this.folder = folder;
        this.process = process;
    }

    /**
     * @param upstreams    what the shipped file calls {@code 127.0.0.1:8080} (Keyturn), {@code 127.0.0.1:7880}
     *                     (LiveKit), {@code 127.0.0.1:5349} (its TURN/TLS), and where each really is
     * @param certificates by host
     * @param options      files of {@code livekit.d} that a user may add
     */
    public static NginxServer start(Map<String, String> upstreams, Map<String, Leaf> certificates,
            String... options) {
        var folder = ServerProcess.folder("nginx");
        var own = Ports.addressWith(443, 80);
        var address = own.orElse(InetAddress.getLoopbackAddress());
        var https = new InetSocketAddress(address, own.isPresent() ? 443 : Ports.free());
        var http = new InetSocketAddress(address, own.isPresent() ? 80 : Ports.free());
        try {
            for (var inside : List.of("logs", "livekit.d", "temp")) {
                Files.createDirectory(folder.resolve(inside));
            }
            for (var option : options) {
                Files.copy(SHIPPED.resolve("livekit.d").resolve(option), folder.resolve("livekit.d").resolve(option));
            }
            var configuration = new Shipped(Files.readString(SHIPPED.resolve("nginx.conf")))
                    .without("listen [::]:443;").without("listen [::]:80;")
                    .with("listen 443;", "listen " + text(https) + ";")
                    .with("listen 80;", "listen " + text(http) + ";")
                    .with("127.0.0.1:4443", LOCAL + Ports.free())
                    .with("127.0.0.1:4349", LOCAL + Ports.free())
                    .with("user www-data;", asRoot() ? "user root;" : "")
                    .with("/run/nginx.pid", folder + "/nginx.pid")
                    .with("/var/log/nginx/", folder + "/logs/")
                    .with("/var/www/acme", folder.toString())
                    .with("/etc/nginx/livekit.d/", folder + "/livekit.d/")
                    .with("include /etc/nginx/modules-enabled/*.conf;", streamModule())
                    .with("http {\n", "http {\n" + temporary(folder));
            for (var upstream : upstreams.entrySet()) {
                configuration = configuration.with(upstream.getKey() + ";", upstream.getValue() + ";");
            }
            for (var certificate : certificates.entrySet()) {
                var live = "/etc/letsencrypt/live/" + certificate.getKey();
                configuration = configuration
                        .with(live + "/fullchain.pem", certificate.getValue().certificate().toString())
                        .with(live + "/privkey.pem", certificate.getValue().key().toString());
            }
            Files.writeString(folder.resolve("nginx.conf"), configuration.nothingOfTheMachine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        check(folder);
        var process = ServerProcess.start(ServerBinary.NGINX.path(), arguments(folder, "-g", "daemon off;"), Map.of(),
                folder).awaitReady(() -> Ports.answers(https) && Ports.answers(http));
        return new NginxServer(https, http, folder, process);
    }

    /** The text of the shipped file; what is to be replaced must be there. */
    private record Shipped(String text) {

        Shipped with(String shipped, String own) {
            if (!text.contains(shipped)) {
                throw new IllegalStateException("the shipped nginx.conf has no '" + shipped + "'");
            }
            // not the begin of a longer port, which may be one that was put in before
            return new Shipped(text.replaceAll(Pattern.quote(shipped) + "(?!\\d)", Matcher.quoteReplacement(own)));
        }

        Shipped without(String shipped) {
            return with(shipped, "");
        }

        String nothingOfTheMachine() {
            for (var machine : List.of(" /etc/", " /var/", " /run/", "listen 4", "listen 8", "listen [")) {
                if (text.lines().anyMatch(line -> !line.strip().startsWith("#") && line.contains(machine))) {
                    throw new IllegalStateException("'" + machine + "' would be the machine's own:\n" + text);
                }
            }
            return text;
        }
    }

    private static boolean asRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** Debian has it as a module, nginx' own packages have it built in. */
    private static String streamModule() {
        var module = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");
        return Files.exists(module) ? "load_module " + module + ";" : "";
    }

    private static String temporary(Path folder) {
        var lines = new StringBuilder();
        for (var what : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            lines.append("    ").append(what).append("_temp_path ").append(folder).append("/temp/").append(what)
                    .append(";\n");
        }
        return lines.toString();
    }

    private static List<String> arguments(Path folder, String... more) {
        var arguments = new ArrayList<>(List.of("-p", folder.toString(), "-c", folder + "/nginx.conf",
                "-e", folder + "/logs/start.log"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    /** {@code nginx -t}, as a user runs it before a reload; a warning is a fault here. */
    private static void check(Path folder) {
        try {
            var command = arguments(folder, "-t", "-q");
            command.add(0, ServerBinary.NGINX.path().toString());
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            var said = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0 || !said.isEmpty()) {
                throw new IllegalStateException("nginx -t: " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** Whether a server would be on port 443 itself. */
    public static boolean maySitOn443() {
        return Ports.addressWith(443, 80).isPresent();
    }

    /** Where port 443 of the shipped file is. */
    public InetSocketAddress https() {
        return https;
    }

    /** Where port 80 of the shipped file is. */
    public InetSocketAddress http() {
        return http;
    }

    public String accessLog() {
        return read("access.log");
    }

    /** All that it has logged anywhere. */
    public String logs() {
        return read("access.log") + read("error.log") + read("start.log") + process.log();
    }

    private String read(String log) {
        try {
            var file = folder.resolve("logs").resolve(log);
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it and deletes all that it wrote. */
    @Override
    public void close() {
        process.stop();
    }
}
