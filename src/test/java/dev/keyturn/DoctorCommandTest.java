package dev.keyturn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.keyturn.rotation.RotationConfig;
import dev.keyturn.tokens.LiveKitConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class DoctorCommandTest {

    @ParameterizedTest
    @CsvSource({"--url,livekit.example.com,--url", "--url,https://me:secret@livekit.example.com,--url",
        "--nodes,ftp://10.0.0.7,--nodes", "--keyturn,https://tokens.example.com/?a=b,--keyturn",
        "--timeout,soon,--timeout", "--expires-within,1w,--expires-within",
        "--metrics-user,me,--metrics-password-file", "--turn,a b,--turn", "--redis,a/b,--redis",
        "--key-file,/nowhere/keys.yaml,--key-file", "--ca-file,/nowhere/ca.pem,--ca-file"})
    void what_is_called_wrongly_is_named_before_anything_is_looked_at(String option, String value, String named) {
        var err = new StringWriter();
        var settings = new SmallRyeConfigBuilder().addDiscoveredConverters().withMapping(RotationConfig.class)
                .withMapping(LiveKitConfig.class).build();
        var line = new CommandLine(new DoctorCommand(null, settings.getConfigMapping(RotationConfig.class),
                settings.getConfigMapping(LiveKitConfig.class), null, new TestClock()))
                .setErr(new PrintWriter(err));

        assertEquals(2, line.execute(option, value), err.toString());
        assertTrue(err.toString().startsWith(named), err.toString());
        assertTrue(!err.toString().contains("secret@"), err.toString());
    }
}
