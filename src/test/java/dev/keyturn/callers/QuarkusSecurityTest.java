package dev.keyturn.callers;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In the running program, Quarkus Security believes the issuers that {@link Callers} believes, and no others. */
@QuarkusTest
@TestProfile(QuarkusSecurityTest.WithWhoAmI.class)
@QuarkusTestResource(value = TestIssuerResource.class, restrictToAnnotatedClass = true)
class QuarkusSecurityTest {

    public static final class WithWhoAmI implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("test.who-am-i", "true", "quarkus.http.auth.proactive", "false");
        }
    }

    TestIssuer issuer;

    @Inject
    Callers callers;

    @BeforeEach
    void awaitTheKeys() throws TimeoutException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            try {
                callers.authenticate(List.of("Bearer " + issuer.bearer(Map.of())));
                return;
            } catch (IssuerKeysUnavailableException e) {
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException("the keys were not fetched at start");
                }
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void a_trusted_issuers_token_is_a_caller() {
        given().auth().oauth2(issuer.bearer(Map.of("sub", "grace", "upn", 5, "big", 1e300)))
                .get("/test/who-am-i").then().statusCode(200).body(equalTo("grace"));
    }

    @Test
    void a_bad_token_is_a401_and_so_is_none() {
        var bearers = List.of("garbage", issuer.bearer(Map.of("aud", "payments")), issuer.bearer(Map.of("iss", "x")));
        for (var bad : bearers) {
            given().auth().oauth2(bad).get("/test/who-am-i").then().statusCode(401)
                    .header("WWW-Authenticate", startsWith("Bearer"));
        }
        given().get("/test/who-am-i").then().statusCode(401);
    }

    @Test
    void the_keys_were_fetched_by_the_server_itself() {
        assertEquals("grace", callers.authenticate(
                List.of("Bearer " + issuer.bearer(Map.of("sub", "grace")))).subject());
        assertEquals(1, issuer.requests());
    }
}
