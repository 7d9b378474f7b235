package dev.espalier.internal.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Versions of Espalier and of the libraries it runs on, without loading any of them. */
public final class Versions {
    private static final String PINNED = "/dev/espalier/input/version.properties";
    private static final String UNKNOWN = "unknown";

    private Versions() {}

    /** The version of Espalier. */
    public static String espalier() {
        return read(PINNED, "version");
    }

    /** The version that a library on the class path was packaged with. */
    public static String library(String group, String artifact) {
        return read("/META-INF/maven/" + group + "/" + artifact + "/pom.properties", "version");
    }

    /** The version that Espalier was built with, of {@code onnxruntime}, {@code djl} and so on. */
    public static String pinned(String name) {
        return read(PINNED, name);
    }

    private static String read(String resource, String key) {
        try (InputStream in = Versions.class.getResourceAsStream(resource)) {
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
