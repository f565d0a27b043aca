package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.keyturn.keys.RingConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndingTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "keyturn.ring.store | postgres"
                + " | keyturn.ring.store cannot be 'postgres': allowed values: development,file,vault",
        "keyturn.ring.refresh | soon | keyturn.ring.refresh cannot be 'soon': Invalid duration: soon",
    })
    void a_wrong_value_is_a_sentence_that_names_the_property(String property, String value, String sentence) {
        var failure = assertThrows(ConfigValidationException.class, () -> new SmallRyeConfigBuilder()
                .withMapping(RingConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withSources(new PropertiesConfigSource(Map.of(property, value), "f", 250)).build());
        assertEquals(Optional.of(sentence), Ending.sentence(new RuntimeException(failure)));
    }

    @Test
    void what_a_room_says_is_printed_as_it_is() {
        var wrapped = new IllegalStateException(new ConfigurationException("keyturn.x is y"));
        assertEquals(Optional.of("keyturn.x is y"), Ending.sentence(wrapped));
    }

    @Test
    void a_bug_keeps_its_stack_trace() {
        assertEquals(Optional.empty(), Ending.sentence(new IllegalStateException("a bug")));
    }
}
