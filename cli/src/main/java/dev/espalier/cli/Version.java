package dev.espalier.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Versions of Espalier and of the libraries it runs on, without loading any of them. */
final class Version implements IVersionProvider {
    private static final String UNKNOWN = "unknown";

    @Override
    public String[] getVersion() {
        return new String[] {"espalier " + espalier()};
    }

    static String espalier() {
        return read("/dev/espalier/cli/version.properties", "version");
    }

    /** The version that a library on the class path was packaged with. */
    static String library(String group, String artifact) {
        return read("/META-INF/maven/" + group + "/" + artifact + "/pom.properties", "version");
    }

    static String pinned(String name) {
        return read("/dev/espalier/cli/version.properties", name);
    }

    private static String read(String resource, String key) {
        try (InputStream in = Version.class.getResourceAsStream(resource)) {
            if (in == null) {
                return UNKNOWN;
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty(key, UNKNOWN);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
