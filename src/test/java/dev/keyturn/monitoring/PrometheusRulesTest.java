package dev.keyturn.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The PrometheusRules of k8s/monitoring/operator/, which its script makes of the plain rules. */
class PrometheusRulesTest {

    private static final Path FOLDER = Path.of("k8s/monitoring/operator");

    @TempDir
    private Path folder;

    @Test
    void they_are_as_the_script_makes_them_today() throws Exception {
        generate();
        for (var file : Rules.files()) {
            assertEquals(Files.readString(made(folder.resolve("operator"), file)), Files.readString(made(FOLDER, file)),
                    "run k8s/monitoring/operator/generate");
        }
    }

    @Test
    void they_hold_the_rules_of_the_plain_files_and_the_operator_finds_them() {
        for (var file : Rules.files()) {
            var resource = Rules.yaml(made(FOLDER, file));
            assertEquals(Rules.yaml(file).path("groups"), resource.at("/spec/groups"));
            assertEquals("prometheus", resource.at("/metadata/labels/release").asText());
        }
        var listed = Rules.stream(Rules.yaml(FOLDER.resolve("kustomization.yaml")).path("resources"))
                .map(each -> FOLDER.resolve(each.asText())).collect(Collectors.toSet());
        assertEquals(Rules.files().stream().map(file -> made(FOLDER, file)).collect(Collectors.toSet()), listed.stream()
                .filter(each -> each.toString().endsWith("-rules.yaml")).collect(Collectors.toSet()));
    }

    @Test
    void the_script_puts_an_address_in_front_of_the_links() throws Exception {
        generate("https://git.example.com/keyturn/blob/main/");
        var rule = Rules.yaml(folder.resolve("operator/turn-rules.yaml")).at("/spec/groups/1/rules/0");
        assertEquals("https://git.example.com/keyturn/blob/main/docs/runbook.md#turn-does-not-answer",
                rule.at("/annotations/runbook_url").asText());
    }

    private void generate(String... base) throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("rules"));
        Files.createDirectories(folder.resolve("operator"));
        for (var file : Rules.files()) {
            Files.copy(file, folder.resolve("rules").resolve(file.getFileName()));
        }
        var script = Files.copy(FOLDER.resolve("generate"), folder.resolve("operator/generate"));
        var command = new ArrayList<>(List.of("sh", script.toString()));
        command.addAll(List.of(base));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var says = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), says);
    }

    private static Path made(Path folder, Path rules) {
        return folder.resolve(rules.getFileName().toString().replace(".yaml", "-rules.yaml"));
    }
}
