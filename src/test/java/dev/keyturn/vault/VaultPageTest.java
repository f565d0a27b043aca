package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.servers.VaultPolicies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VaultPageTest {

    /** What the tests prove to be enough, and no more, is what an operator reads. */
    @ParameterizedTest
    @CsvSource({"vault.md,keyturn-serving", "vault.md,keyturn-rotator", "vault.md,keyturn-delivery",
        "vault-target.md,keyturn-carrier"})
    void the_pages_show_the_policies_as_they_are(String page, String policy) throws IOException {
        var shown = VaultPolicies.file(policy).indent(4);
        assertTrue(Files.readString(Path.of("docs", page)).contains("\n\n" + shown + "\n"), shown);
    }
}
