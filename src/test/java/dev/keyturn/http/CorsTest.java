package dev.keyturn.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.containsStringIgnoringCase;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which pages may call, and that they can read what goes wrong. */
@QuarkusTest
class CorsTest {

    @ParameterizedTest
    @ValueSource(strings = {"https://app.example.com", "http://localhost:5173", "http://localhost"})
    void a_configured_origin_may_preflight_every_header_that_an_sdk_sends(String origin) {
        var response = given()
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization,content-type")
                .options("/token").then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", equalTo(origin))
                .header("Access-Control-Allow-Methods", equalTo("POST"))
                .header("Access-Control-Allow-Credentials", not(equalTo("true")))
                .header("Access-Control-Max-Age", equalTo("7200"))
                .header("Vary", containsString("Origin"));
        for (var header : new String[] {
            "authorization", "content-type", "x-sandbox-id", "traceparent", "tracestate", "baggage"}) {
            response.header("Access-Control-Allow-Headers", containsStringIgnoringCase(header));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "https://app.example.com.evil.example", "http://app.example.com",
        "https://app.example.com:8443", "http://localhost.evil.example:5173", "http://localhost:5173.evil.example",
        "null"})
    void another_origin_is_not_allowed(String origin) {
        var headers = given().noContentType().header("Origin", origin).post("/token").then()
                .statusCode(403).extract().headers();
        assertTrue(!headers.hasHeaderWithName("Access-Control-Allow-Origin"), headers.toString());
    }

    @Test
    void a_page_can_read_an_error_and_when_to_come_back() {
        given().noContentType().header("Origin", "https://app.example.com")
                .header("Authorization", "Bearer bad").post("/token").then()
                .statusCode(401)
                .header("Access-Control-Allow-Origin", equalTo("https://app.example.com"))
                .header("Access-Control-Expose-Headers", containsString("Retry-After"))
                .header("Access-Control-Expose-Headers", containsString("WWW-Authenticate"));
    }

    @Test
    void a_request_without_origin_is_served_and_varies_by_it() {
        given().noContentType().post("/token").then().statusCode(201).header("Vary", containsString("Origin"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "https://*.example.com", "https://app.example.com/", "app.example.com", "/.*/", "null",
        "HTTPS://APP.EXAMPLE.COM", ""})
    void what_is_no_exact_origin_does_not_start(String origin) {
        var refused = assertThrows(ConfigurationException.class, () -> Cors.checked(origin));
        assertTrue(refused.getMessage().contains("keyturn.cors.origins"), refused.getMessage());
    }
}
