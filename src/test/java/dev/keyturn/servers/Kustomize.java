package dev.keyturn.servers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;

/** What {@code kubectl kustomize FOLDER} makes of a kustomization: it needs no cluster. */
public final class Kustomize {

    private Kustomize() {}

    /** The rendered manifests, as {@code kubectl apply -k} would send them. */
    public static String render(String folder) {
        try {
            var process = new ProcessBuilder(ServerBinary.KUBECTL.path().toString(), "kustomize", folder).start();
            process.getOutputStream().close();
            var errors = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
            var manifests = text(process.getInputStream());
            if (process.waitFor() != 0 || !errors.join().isEmpty()) { // what it warns of is a fault here
                throw new IllegalStateException("kubectl kustomize " + folder + ": " + errors.join());
            }
            return manifests;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
