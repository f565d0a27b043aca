package dev.keyturn.blackbox;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Secrets that were planted, and all that was said where somebody might hear them. */
final class Canaries {

    private final Map<String, String> secrets = new LinkedHashMap<>();
    private final List<String[]> said = new ArrayList<>();

    /** Plants a secret; {@code what} names it in a failure, which does not repeat it. */
    synchronized String plant(String what, String secret) {
        assertTrue(secret.length() >= 12, "so short that it is found by chance: " + what);
        secrets.put(what, secret);
        return secret;
    }

    /** Plants claims and signature of a JWT, each by itself: its header is no secret. */
    String plantToken(String what, String token) {
        var parts = token.split("\\.");
        plant("the claims of " + what, parts[1]);
        plant("the signature of " + what, parts[2]);
        return token;
    }

    void heard(String where, String text) {
        said.add(new String[] {where, text});
    }

    /** None of the secrets is in anything that was heard. */
    void assertSilence() {
        assertFalse(secrets.isEmpty() || said.isEmpty(), "this shows nothing");
        for (var place : said) {
            for (var line : place[1].split("\n")) {
                secrets.forEach((what, secret) -> assertFalse(line.contains(secret),
                        () -> what + " is in " + place[0] + ": " + line.replace(secret, "[it]")));
            }
        }
    }
}
