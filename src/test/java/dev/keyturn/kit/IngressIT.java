package dev.keyturn.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keyturn.servers.Kustomize;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The two ways into a cluster open the same, and what nginx on a machine does (NginxIT) holds for them too. */
@NeedsServer(ServerBinary.KUBECTL)
class IngressIT {

    private static final String NGINX = "k8s/ingress/nginx";
    private static final String GATEWAY = "k8s/ingress/gateway";

    /** Host, how a path is matched, and where it leads to; nothing else is open. */
    private static final TreeSet<String> OPEN = new TreeSet<>(List.of(
            "tokens.example.com Exact /token -> keyturn/keyturn:8080",
            "livekit.example.com Exact / -> livekit/livekit-server:7880",
            "livekit.example.com Prefix /rtc -> livekit/livekit-server:7880",
            "turn.example.com TLS -> livekit/livekit-turn-tls:5349"));

    /** All variables of nginx that hold a query, and so a token. */
    private static final Pattern WITH_QUERY = Pattern.compile(
            "\\$(request|request_uri|args|arg_\\w+|query_string|http_referer|http_authorization|request_body)\\b");

    @Test
    void ingress_nginx_opens_what_clients_need_and_nothing_else() {
        var open = new TreeSet<String>();
        for (var ingress : of(NGINX, "Ingress")) {
            var passthrough = annotation(ingress, "ssl-passthrough").equals("true");
            for (var rule : ingress.path("spec").path("rules")) {
                for (var path : rule.path("http").path("paths")) {
                    var service = path.path("backend").path("service");
                    open.add(rule.path("host").asText() + (passthrough ? " TLS"
                            : " " + path.path("pathType").asText() + " " + path.path("path").asText()) + " -> "
                            + namespace(ingress) + "/" + service.path("name").asText() + ":"
                            + port(service.path("port").path("name").asText(), service.path("name").asText()));
                }
            }
        }
        assertEquals(OPEN, open);
    }

    /** The Services' own numbers; those of the parts are fixed by the whole kit. */
    private static int port(String name, String service) {
        return switch (service + " " + name) {
            case "keyturn http" -> 8080;
            case "livekit-server http" -> 7880;
            case "livekit-turn-tls turn-tls" -> of(NGINX, "Service").get(0).at("/spec/ports/0/port").intValue();
            default -> throw new AssertionError("no port of ours: " + service + " " + name);
        };
    }

    @Test
    void the_gateway_opens_the_same() {
        var open = new TreeSet<String>();
        for (var route : of(GATEWAY, "HTTPRoute")) {
            for (var rule : route.path("spec").path("rules")) {
                for (var match : rule.path("matches")) {
                    open.add(route.at("/spec/hostnames/0").asText() + " "
                            + match.at("/path/type").asText().replace("Path", "") + " "
                            + match.at("/path/value").asText() + backend(route, rule));
                }
            }
        }
        for (var route : of(GATEWAY, "TLSRoute")) {
            open.add(route.at("/spec/hostnames/0").asText() + " TLS"
                    + backend(route, route.path("spec").path("rules").path(0)));
        }
        assertEquals(OPEN, open);
    }

    private static String backend(JsonNode route, JsonNode rule) {
        var backend = rule.path("backendRefs").path(0);
        return " -> " + namespace(route) + "/" + backend.path("name").asText() + ":" + backend.path("port").intValue();
    }

    @Test
    void each_route_has_its_listener_and_each_listener_lets_one_namespace_in() {
        var listeners = of(GATEWAY, "Gateway").get(0).path("spec").path("listeners");
        for (var kind : List.of("HTTPRoute", "TLSRoute")) {
            for (var route : of(GATEWAY, kind)) {
                var wanted = route.at("/spec/parentRefs/0/sectionName").asText();
                var listener = StreamSupport.stream(listeners.spliterator(), false)
                        .filter(each -> each.path("name").asText().equals(wanted)).findFirst().orElseThrow();
                var from = listener.at("/allowedRoutes/namespaces");
                var namespace = from.path("from").asText().equals("Same") ? "gateway"
                        : from.at("/selector/matchLabels").path("kubernetes.io/metadata.name").asText();
                assertEquals(namespace(route), namespace, wanted);
                if (listener.has("hostname")) {
                    assertEquals(listener.path("hostname"), route.at("/spec/hostnames/0"));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {NGINX, GATEWAY})
    void no_header_is_added_and_no_snippet_is_needed(String folder) {
        assertFalse(Pattern.compile("cors|snippet|ResponseHeaderModifier|auth-url").matcher(Kustomize.render(folder)
                .replaceAll("#.*", "")).find());
    }

    @Test
    void a_websocket_may_be_silent_for_a_day() {
        var liveKit = named("livekit", of(NGINX, "Ingress"));
        assertEquals("86400", annotation(liveKit, "proxy-read-timeout"));
        assertEquals("86400", annotation(liveKit, "proxy-send-timeout"));
        var route = named("livekit", of(GATEWAY, "HTTPRoute"));
        assertEquals("0s", route.at("/spec/rules/0/timeouts/request").asText());
    }

    @Test
    void the_controllers_log_is_what_nginx_on_a_machine_logs_and_has_no_query() throws Exception {
        JsonNode values = new ObjectMapper().valueToTree(new Yaml().load(
                Files.readString(Path.of(NGINX, "controller-values.yaml"))));
        var config = values.at("/controller/config");
        var format = config.path("log-format-upstream").asText().strip();
        var plain = Files.readString(Path.of("k8s/ingress/plain/nginx.conf"));
        var lines = Pattern.compile("log_format no_query ([^;]*);").matcher(plain);
        assertTrue(lines.find());
        assertEquals(lines.group(1).replaceAll("'\\s*'", "").replace("'", "").strip(), format);
        assertFalse(WITH_QUERY.matcher(format).find(), format);
        assertEquals("emerg", config.path("error-log-level").asText());
        assertEquals("429", config.path("limit-req-status-code").asText());
        assertEquals("false", config.path("use-forwarded-headers").asText());
        assertTrue(values.at("/controller/extraArgs").has("enable-ssl-passthrough"), "turn.yaml needs it");
    }

    private static List<JsonNode> of(String folder, String kind) {
        return Kustomize.objects(folder).stream().filter(each -> each.path("kind").asText().equals(kind)).toList();
    }

    private static JsonNode named(String name, List<JsonNode> objects) {
        return objects.stream().filter(each -> each.at("/metadata/name").asText().equals(name))
                .findFirst().orElseThrow();
    }

    private static String namespace(JsonNode object) {
        return object.at("/metadata/namespace").asText();
    }

    private static String annotation(JsonNode ingress, String name) {
        return ingress.at("/metadata/annotations").path("nginx.ingress.kubernetes.io/" + name).asText();
    }
}
