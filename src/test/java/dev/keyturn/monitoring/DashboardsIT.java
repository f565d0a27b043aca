package dev.keyturn.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keyturn.servers.Kustomize;
import dev.keyturn.servers.NeedsServer;
import dev.keyturn.servers.ServerBinary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The dashboards as Grafana's schema has them, as their generator makes them, and as the sidecar gets them. */
@NeedsServer({ServerBinary.DASHBOARDS, ServerBinary.PYTHON, ServerBinary.KUBECTL})
class DashboardsIT {

    @TempDir
    Path folder;

    private record Ended(int status, String says) {}

    private static Ended run(Path folder, String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        var says = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), says);
    }

    private Ended check(Stream<Path> files) throws IOException, InterruptedException {
        return run(folder, Stream.concat(Stream.of(ServerBinary.DASHBOARDS.path().toString()),
                files.map(file -> file.toAbsolutePath().toString())).toArray(String[]::new));
    }

    @Test
    void each_is_of_grafanas_schema() throws Exception {
        assertEquals(new Ended(0, ""), check(Dashboards.files().stream()));
    }

    /** So that the test above means something. The panel is the first graph. */
    @ParameterizedTest
    @CsvSource({
            "'', refreshh",
            "/templating/list/1, regexx",
            "PANEL, discription",
            "PANEL/gridPos, width",
            "PANEL/options, legnd",
            "PANEL/options/legend, calc",
            "PANEL/fieldConfig/defaults, units",
            "PANEL/fieldConfig/defaults/custom, fillOpacit",
            "PANEL/fieldConfig/defaults/thresholds/steps/0, valu",
            "PANEL/targets/0, expresion"})
    void a_field_that_the_schema_does_not_know_is_found(String where, String field) throws Exception {
        var dashboard = Dashboards.read(Dashboards.FOLDER.resolve("livekit-overview.json"));
        var panel = Dashboards.panels(dashboard).map(each -> each.path("type").asText()).toList().indexOf("timeseries");
        ((ObjectNode) dashboard.at(where.replace("PANEL", "/panels/" + panel))).put(field, "x");
        var planted = folder.resolve("planted.json");
        Dashboards.JSON.writeValue(planted.toFile(), dashboard);

        var ended = check(Stream.of(planted));

        assertEquals(1, ended.status());
        assertTrue(ended.says().contains("unexpected field '" + field + "'"), ended.says());
    }

    @ParameterizedTest
    @CsvSource({"type, graff, no kind of panel", "unit, seconds, no unit"})
    void so_is_a_kind_of_panel_and_a_unit(String field, String value, String found) throws Exception {
        var text = Files.readString(Dashboards.FOLDER.resolve("turn.json"));
        var planted = Files.writeString(folder.resolve("planted.json"),
                text.replaceFirst("\"" + field + "\": \"(stat|s)\"", "\"" + field + "\": \"" + value + "\""));

        var ended = check(Stream.of(planted));

        assertEquals(1, ended.status());
        assertTrue(ended.says().contains(found), ended.says());
    }

    @Test
    void they_are_what_their_generator_makes() throws Exception {
        for (var source : List.of("generate.py", "panels.py")) {
            Files.copy(Dashboards.FOLDER.resolve(source), folder.resolve(source));
        }
        assertEquals(new Ended(0, ""), run(folder, ServerBinary.PYTHON.path().toString(), "generate.py"));
        for (var file : Dashboards.files()) {
            assertEquals(-1, Files.mismatch(folder.resolve(file.getFileName()), file),
                    file + " is not what generate.py makes: run it");
        }
    }

    @Test
    void the_sidecar_gets_each_by_its_label() {
        var maps = Kustomize.objects("k8s/monitoring/grafana");
        assertEquals(Dashboards.files().size(), maps.size());
        for (var map : maps) {
            assertEquals("ConfigMap monitoring", map.path("kind").asText() + " " + map.at("/metadata/namespace").asText());
            assertEquals("1", map.at("/metadata/labels/grafana_dashboard").asText());
            assertTrue(map.at("/metadata/name").asText().matches("dashboard-[a-z-]+"), map.at("/metadata")::toString);
            assertTrue(map.toString().length() < 256 * 1024, "kubectl apply could not remember it");
            map.path("data").properties().forEach(entry ->
                    assertEquals(Dashboards.read(Dashboards.FOLDER.resolve(entry.getKey())), parsed(entry.getValue())));
        }
    }

    private static JsonNode parsed(JsonNode text) {
        try {
            return Dashboards.JSON.readTree(text.textValue());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
