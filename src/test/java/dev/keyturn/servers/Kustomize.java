package dev.keyturn.servers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;

/** What {@code kubectl kustomize FOLDER} makes of a kustomization: it needs no cluster. */
public final class Kustomize {

    private static final String KUSTOMIZATION = "kustomization.yaml";
    private static final Pattern COMPONENT = Pattern.compile("(?m)^kind: Component$");

    private Kustomize() {}

    /**
     * The rendered manifests, as {@code kubectl apply -k} would send them. A component cannot be applied alone: with the
     * folder that it is in, for which it is.
     */
    public static String render(String folder) {
        try {
            if (!COMPONENT.matcher(Files.readString(Path.of(folder, KUSTOMIZATION))).find()) {
                return kubectl(folder);
            }
            var overlay = Files.createTempDirectory("keyturn-overlay-").toRealPath();
            var kustomization = overlay.resolve(KUSTOMIZATION);
            try {
                var component = Path.of(folder).toRealPath();
                Files.writeString(kustomization, "resources: [%s]%ncomponents: [%s]%n".formatted(
                        overlay.relativize(component.getParent()), overlay.relativize(component)));
                return kubectl(overlay.toString());
            } finally {
                Files.delete(kustomization);
                Files.delete(overlay);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String kubectl(String folder) throws IOException {
        try {
            var process = new ProcessBuilder(ServerBinary.KUBECTL.path().toString(), "kustomize", folder).start();
            process.getOutputStream().close();
            var errors = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
            var manifests = text(process.getInputStream());
            if (process.waitFor() != 0 || !errors.join().isEmpty()) { // what it warns of is a fault here
                throw new IllegalStateException("kubectl kustomize " + folder + ": " + errors.join());
            }
            return manifests;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The same, each document as a tree. */
    public static List<JsonNode> objects(String folder) {
        var json = new ObjectMapper();
        return StreamSupport.stream(new Yaml().loadAll(render(folder)).spliterator(), false)
                .map(json::<JsonNode>valueToTree).toList();
    }

    private static String text(InputStream from) {
        try (from) {
            return new String(from.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
