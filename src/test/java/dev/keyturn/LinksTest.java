package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LinksTest {

    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(#[^)\\s]*)?\\)");

    @Test
    void every_link_of_the_documents_leads_somewhere() throws IOException {
        var nowhere = new TreeSet<String>();
        for (var page : pages()) {
            for (var link : LINK.matcher(Files.readString(page)).results().toList()) {
                var target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1)).normalize();
                if (!Files.exists(target)
                        || link.group(2) != null && !Headings.anchors(target).contains(link.group(2))) {
                    nowhere.add(page + ": " + link.group());
                }
            }
        }
        assertEquals(new TreeSet<>(), nowhere);
    }

    @Test
    void the_index_has_every_document() throws IOException {
        var index = Path.of("docs/README.md");
        var linked = LINK.matcher(Files.readString(index)).results()
                .map(link -> index.resolveSibling(link.group(1)).normalize()).collect(Collectors.toSet());
        try (var docs = Files.walk(index.getParent(), 2)) {
            assertEquals(List.of(), docs.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !file.equals(index) && !linked.contains(file)).sorted().toList());
        }
    }

    private static Iterable<Path> pages() throws IOException {
        try (var docs = Files.walk(Path.of("docs")); var kit = Files.walk(Path.of("k8s"))) {
            return Stream.of(Stream.of(Path.of("README.md")), docs, kit).flatMap(Function.identity())
                    .filter(file -> file.toString().endsWith(".md")).toList();
        }
    }
}
