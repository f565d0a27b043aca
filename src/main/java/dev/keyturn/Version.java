package dev.keyturn;

import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        var version = ConfigProvider.getConfig().getValue("quarkus.application.version", String.class);
        return new String[] {"keyturn " + version};
    }
}
