package dev.keyturn;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.keyturn.keys.ApiKey;
import dev.keyturn.keys.ApiSecret;
import dev.keyturn.keys.Hmac;
import dev.keyturn.keys.KeyRing;
import dev.keyturn.keys.KeyRingConflictException;
import dev.keyturn.keys.KeyRingDocument;
import dev.keyturn.keys.KeyRingStore;
import dev.keyturn.keys.KeyRingStoreException;
import dev.keyturn.keys.KeyState;
import dev.keyturn.keys.LiveRing;
import dev.keyturn.keys.RingUnavailableException;
import dev.keyturn.keys.SigningKey;
import dev.keyturn.rotation.KeyFile;
import dev.keyturn.rotation.Sessions;
import dev.keyturn.servers.KeyturnCommand;
import dev.keyturn.servers.KeyturnProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rooms and arrows of the design. A room that is still empty keeps every rule. */
class ArchitectureTest {

    private static final String ROOT = "dev.keyturn";
    private static final String[] FRAMEWORKS = {
        "io.quarkus..", "io.quarkiverse..", "jakarta..", "io.smallrye..", "io.micrometer..", "io.vertx..",
        "org.jboss.."};

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void the_rules_look_at_the_program() {
        assertTrue(OURS.contain(KeyRing.class) && OURS.contain(KeyFile.class));
        assertFalse(OURS.contain(ArchitectureTest.class));
    }

    /** Nobody may know the root, and vault, file, kubernetes and http are in no list but the root's: all of them. */
    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({
        "tracing,", "policy,",
        "keys,tracing",
        "http,tracing",
        "callers,policy tracing",
        "tokens,policy keys callers tracing",
        "agents,keys callers policy",
        "rotation,keys",
        "doctor,keys rotation policy",
        "vault,keys rotation doctor",
        "file,keys rotation",
        "kubernetes,keys rotation",
        "development,keys policy callers tokens rotation"})
    void a_room_knows_only_the_rooms_its_arrows_lead_to(String room, String known) {
        var allowed = new ArrayList<>(List.of(ROOT + "." + room + ".."));
        Stream.of(known == null ? new String[0] : known.split(" "))
                .forEach(name -> allowed.add(ROOT + "." + name + ".."));

        classes().that().resideInAPackage(ROOT + "." + room + "..")
                .should().onlyDependOnClassesThat(not(resideInAPackage(ROOT + ".."))
                        .or(resideInAnyPackage(allowed.toArray(String[]::new))))
                .allowEmptyShould(true)
                .check(OURS);
    }

    @Test
    void there_are_no_rooms_but_those_of_the_design() {
        var rooms = new TreeSet<String>();
        OURS.forEach(each -> rooms.add(each.getPackageName()));
        rooms.removeAll(Set.of(ROOT, "dev.keyturn.keys", "dev.keyturn.policy", "dev.keyturn.callers",
                "dev.keyturn.tokens", "dev.keyturn.agents", "dev.keyturn.rotation", "dev.keyturn.vault",
                "dev.keyturn.file", "dev.keyturn.kubernetes", "dev.keyturn.http", "dev.keyturn.tracing",
                "dev.keyturn.doctor",
                "dev.keyturn.development"));

        assertEquals(Set.of(), rooms);
    }

    @Test
    void a_secret_is_revealed_only_to_sign_to_store_and_to_deliver() {
        var reveal = OURS.get(ApiSecret.class).getMethod("reveal");
        var revealing = new TreeSet<String>();
        reveal.getCallsOfSelf().forEach(call -> revealing.add(call.getOriginOwner().getName()));
        reveal.getReferencesToSelf().forEach(reference -> revealing.add(reference.getOriginOwner().getName()));

        var mayReveal = Set.of(KeyRingDocument.class.getName(), KeyFile.class.getName(), Hmac.class.getName(),
                Sessions.class.getName(), // LiveKit's SDK signs its own tokens
                "dev.keyturn.agents.Handout", // the answer to an agent
                "dev.keyturn.agents.WorkerCredentials"); // the environment of the agent that exec starts
        assertEquals(new TreeSet<>(mayReveal), revealing);
    }

    /** Where there is another, a test as theirs is due: {@link NativeCaches}. */
    @Test
    void only_those_make_caches_whose_tests_ask_for_the_native_executable() {
        noClasses().that().doNotHaveFullyQualifiedName(ROOT + ".callers.VerifiedBearers")
                .and().doNotHaveFullyQualifiedName(ROOT + ".tokens.RateLimits")
                .and().doNotHaveFullyQualifiedName(ROOT + ".tokens.WebhookRelay")
                .should().dependOnClassesThat().areAssignableTo(Caffeine.class)
                .check(OURS);
    }

    /** Those that run natively too: see the profile {@code native} in pom.xml. */
    @Test
    void only_the_tests_in_blackbox_run_the_packaged_program() {
        var tests = new ClassFileImporter().withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
                .importPackages(ROOT);
        noClasses().that().resideOutsideOfPackages(ROOT, ROOT + ".blackbox", ROOT + ".servers")
                .should().dependOnClassesThat().belongToAnyOf(KeyturnProcess.class, KeyturnCommand.class)
                .check(tests);
    }

    @Test
    void the_policy_knows_no_framework() {
        noClasses().that().resideInAPackage(ROOT + ".policy..")
                .should().dependOnClassesThat().resideInAnyPackage(FRAMEWORKS)
                .allowEmptyShould(true)
                .check(OURS);
    }

    @Test
    void the_ring_and_what_it_is_made_of_know_no_framework() {
        for (var pure : List.of(KeyRing.class, SigningKey.class, ApiKey.class, ApiSecret.class, KeyState.class,
                KeyRingDocument.class, KeyRingStore.class, LiveRing.class, KeyRingStoreException.class,
                KeyRingConflictException.class, RingUnavailableException.class)) {
            noClasses().that().belongToAnyOf(pure)
                    .should().dependOnClassesThat().resideInAnyPackage(FRAMEWORKS)
                    .check(OURS);
        }
    }

    @Test
    void time_comes_from_the_clock_that_is_injected() {
        var others = noClasses().that().doNotHaveFullyQualifiedName(ROOT + ".SystemClock");
        others.should().callMethod(Instant.class, "now").check(OURS);
        others.should().callMethod(System.class, "currentTimeMillis").check(OURS);
        for (var name : List.of("systemUTC", "systemDefaultZone")) {
            others.should().callMethod(Clock.class, name).check(OURS);
        }
    }

    @Test
    void only_commands_and_the_audit_write_to_the_standard_streams() {
        noClasses().that().resideOutsideOfPackage(ROOT).and().doNotHaveFullyQualifiedName(ROOT + ".callers.AuditLog")
                .should(ACCESS_STANDARD_STREAMS).check(OURS);
    }

    @Test
    void every_package_says_what_it_is_for() throws IOException {
        try (var files = Files.walk(Path.of("src/main/java"))) {
            var silent = new TreeSet<String>();
            files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !Files.exists(file.resolveSibling("package-info.java")))
                    .forEach(file -> silent.add(file.getParent().toString()));

            assertEquals(Set.of(), silent, "these have no package-info.java");
        }
    }
}
