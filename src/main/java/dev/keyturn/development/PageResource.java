package dev.keyturn.development;

import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import org.jboss.resteasy.reactive.RestResponse;

/** The page's files, read at each request: whoever changes one sees it at once. */
@Path("/")
@Singleton
@IfBuildProfile("dev")
public class PageResource {

    private static final java.nio.file.Path FOLDER = java.nio.file.Path.of("src", "page");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html", "css", "text/css", "js", "text/javascript", "svg", "image/svg+xml");

    @GET
    public RestResponse<String> page() throws IOException {
        return file(FOLDER.resolve("index.html"));
    }

    /** @param name of a file of the folder itself */
    @GET
    @Path("page/{name:[a-z0-9-]+[.](?:css|js|svg)}")
    public RestResponse<String> file(@PathParam("name") String name) throws IOException {
        return file(FOLDER.resolve(name));
    }

    private static RestResponse<String> file(java.nio.file.Path file) throws IOException {
        var name = file.getFileName().toString();
        try {
            return RestResponse.ResponseBuilder.ok(Files.readString(file))
                    .header("Content-Type", TYPES.get(name.substring(name.indexOf('.') + 1)) + ";charset=UTF-8")
                    .build();
        } catch (NoSuchFileException missing) {
            throw new NotFoundException();
        }
    }
}
