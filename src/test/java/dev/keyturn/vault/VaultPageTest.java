package dev.keyturn.vault;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.keyturn.servers.VaultPolicies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VaultPageTest {

    /** What the tests prove to be enough is what an operator is told to write. */
    @ParameterizedTest
    @MethodSource
    void the_pages_policies_are_those_that_the_tests_run_with(String page, String policy) throws IOException {
        var text = Files.readString(Path.of("docs", page));
        assertTrue(text.contains("<<'EOF'\n" + policy.indent(4) + "    EOF"), policy);
    }

    static Stream<Arguments> the_pages_policies_are_those_that_the_tests_run_with() {
        return Stream.of(arguments("vault.md", VaultPolicies.SERVING), arguments("vault.md", VaultPolicies.ROTATOR),
                arguments("vault-target.md", VaultPolicies.CARRIER));
    }
}
