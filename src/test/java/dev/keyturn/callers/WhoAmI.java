package dev.keyturn.callers;

import io.quarkus.arc.properties.IfBuildProperty;
import io.quarkus.security.Authenticated;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** An endpoint secured by Quarkus' own annotation, for {@link QuarkusSecurityTest} only. */
@IfBuildProperty(name = "test.who-am-i", stringValue = "true")
@Path("/test/who-am-i")
@Authenticated
public class WhoAmI {

    @Inject
    SecurityIdentity identity;

    @GET
    public String subject() {
        return ((CallerPrincipal) identity.getPrincipal()).caller().subject();
    }
}
