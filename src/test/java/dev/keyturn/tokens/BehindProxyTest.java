package dev.keyturn.tokens;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With the settings that docs/configuration.md gives for an ingress. */
@QuarkusTest
@TestProfile(BehindProxyTest.Settings.class)
class BehindProxyTest {

    public static final class Settings implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.http.proxy.proxy-address-forwarding", "true",
                    "quarkus.http.proxy.trusted-proxies", "127.0.0.1");
        }
    }

    @Test
    void the_client_is_the_one_that_the_proxy_names() throws IOException {
        try (var audit = new AuditLines()) {
            given().contentType("application/json").header("X-Forwarded-For", "192.0.2.7").body("{}").post("/token")
                    .then().statusCode(201);
            assertEquals("192.0.2.7", audit.only().get("client").asText());
        }
    }
}
