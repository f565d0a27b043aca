package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.config.ConfigMapping;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/configuration.md lists what there is, with the defaults that hold. */
class ConfigurationDocumentTest {

    private static final Set<String> NO_DEFAULT = Set.of("none", "required");

    @Test
    void the_page_has_every_property_with_its_default() {
        Map<String, String> inCode = new TreeMap<>();
        new KnownWords().defaults().forEach((word, value) ->
                inCode.put(word.replace("*", "<name>"), value == null ? "none or required" : value));
        Map<String, String> onPage = new TreeMap<>();
        for (var row : Tables.rows("configuration.md", "keyturn.")) {
            var value = Tables.plain(row.get(3));
            onPage.put(Tables.plain(row.get(0)), NO_DEFAULT.contains(value) ? "none or required" : value);
        }
        assertEquals(lines(inCode), lines(onPage),
                "the words or defaults of docs/configuration.md are not those of the code");
    }

    @Test
    void the_page_says_each_propertys_environment_variable() {
        for (var row : Tables.rows("configuration.md", "keyturn.")) {
            var property = Tables.plain(row.get(0)).replace("<name>", "*");
            var variable = Tables.plain(row.get(1)).replace("<NAME>", "*");
            assertEquals(KnownWords.variable(property), variable, "of " + property);
        }
    }

    @Test
    void every_rooms_configuration_is_known() {
        var mappings = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.keyturn").stream()
                .filter(type -> type.isAnnotatedWith(ConfigMapping.class)).map(type -> type.getName())
                .collect(Collectors.toSet());
        assertEquals(mappings, KnownWords.MAPPINGS.stream().map(Class::getName).collect(Collectors.toSet()));
    }

    private static String lines(Map<String, String> words) {
        return words.entrySet().stream().map(word -> word.getKey() + " = " + word.getValue())
                .collect(Collectors.joining("\n"));
    }
}
