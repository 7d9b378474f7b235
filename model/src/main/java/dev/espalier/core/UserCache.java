package dev.espalier.core;

import java.nio.file.Path;

/** The user's cache folder. All of it can be deleted at any time, and is then made again. */
public final class UserCache {
    /** System property that names another folder. */
    public static final String PROPERTY = "espalier.cache";

    private UserCache() {}

    /**
     * {@code $XDG_CACHE_HOME/espalier}, or {@code .cache/espalier} in the user's home. It need not
     * exist.
     */
    public static Path folder() {
        String named = System.getProperty(PROPERTY, "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        String caches = System.getenv("XDG_CACHE_HOME");
        Path parent =
                caches == null || caches.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(caches);
        return parent.resolve("espalier");
    }
}
