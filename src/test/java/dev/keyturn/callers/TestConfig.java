package dev.keyturn.callers;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** A configuration as it would be read from properties, without a container. */
final class TestConfig {

    private TestConfig() {
    }

    @SafeVarargs
    static CallersConfig of(Map<String, String>... settings) {
        var all = new HashMap<String, String>();
        for (var some : settings) {
            all.putAll(some);
        }
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(CallersConfig.class)
                .withSources(new PropertiesConfigSource(all, "test", 100))
                .build()
                .getConfigMapping(CallersConfig.class);
    }
}
