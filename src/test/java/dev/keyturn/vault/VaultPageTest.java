package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.servers.VaultPolicies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class VaultPageTest {

    /** What the tests prove to be enough is what an operator is told to write. */
    @Test
    void the_pages_policies_are_those_that_the_tests_run_with() throws IOException {
        var page = Files.readString(Path.of("docs/vault.md"));
        for (var policy : List.of(VaultPolicies.SERVING, VaultPolicies.ROTATOR)) {
            assertTrue(page.contains("<<'EOF'\n" + policy.indent(4) + "    EOF"), policy);
        }
    }
}
