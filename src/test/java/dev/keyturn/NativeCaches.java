package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.benmanes.caffeine.cache.Cache;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/**
 * Caffeine makes up the names of a cache's classes from the cache's features, so the native executable has only those
 * that someone named: Quarkus the common ones, a {@code reachability-metadata.json} of ours the others.
 */
public final class NativeCaches {

    private static final String NAMED_BY_QUARKUS = "/io/quarkus/caffeine/runtime/graal/CacheConstructorsFeature.class";
    private static final Path NAMED_BY_US =
            Path.of("src/main/resources/META-INF/native-image/dev.keyturn/keyturn/caches/reachability-metadata.json");

    private NativeCaches() {}

    /** The native executable has the classes of the caches that are this object's fields. */
    public static void assertHasThoseOf(Object owner) throws ReflectiveOperationException, IOException {
        var used = new ArrayList<String>();
        for (var field : owner.getClass().getDeclaredFields()) {
            if (Cache.class.isAssignableFrom(field.getType())) {
                var cache = valueOf(field.getName(), owner.getClass(), owner);
                var bounded = valueOf("cache", cache.getClass(), cache);
                used.add(bounded.getClass().getName());
                var common = Class.forName("com.github.benmanes.caffeine.cache.BoundedLocalCache");
                used.add(valueOf("nodeFactory", common, bounded).getClass().getName());
            }
        }
        assertFalse(used.isEmpty(), owner.getClass() + " has no cache");
        for (var name : used) {
            assertTrue(isNamed(name), name + " is not in " + NAMED_BY_US + ", nor does Quarkus name it");
        }
    }

    private static Object valueOf(String field, Class<?> declaring, Object owner) throws ReflectiveOperationException {
        var declared = declaring.getDeclaredField(field);
        declared.setAccessible(true);
        return declared.get(owner);
    }

    private static boolean isNamed(String name) throws IOException {
        return Files.readString(NAMED_BY_US).contains('"' + name + '"') || isConstantOfQuarkus(name);
    }

    /** As a class file holds its constants; the class itself is not to be had on a JVM. */
    private static boolean isConstantOfQuarkus(String name) throws IOException {
        var constant = new ByteArrayOutputStream();
        new DataOutputStream(constant).writeUTF(name);
        try (var feature = NativeCaches.class.getResourceAsStream(NAMED_BY_QUARKUS)) {
            return latin1(feature.readAllBytes()).contains(latin1(constant.toByteArray()));
        }
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
