package dev.espalier.runtime;

import ai.onnxruntime.OrtEnvironment;
import dev.espalier.core.UserCache;
import dev.espalier.core.internal.file.PrivateFolder;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where the native libraries of ONNX Runtime lie.
 *
 * <p>Left to itself, its Java binding writes them into a new temporary folder in every process, 28
 * MB of them, and a process that is killed leaves them there. Here they are written once into a
 * folder of the user's cache that nobody else can write into, and the binding is told of it by its
 * own property {@code onnxruntime.native.path}. Each process holds size and CRC-32 of what it finds
 * there against the jar's: enough against damage, and against anybody who may write into that
 * folder nothing would be.
 *
 * <p>A path that the user gave is left alone. Where the cache cannot be used, the binding does what
 * it would do without. Nothing here loads native code.
 */
public final class OrtNatives {
    private static final String OPTIONS = "onnxruntime.native.";
    private static final String PATH = OPTIONS + "path";

    /** Set once per process: native code can be loaded from one place by one class loader only. */
    private static final String TAKEN = "espalier.onnxruntime.taken";

    private static final String OS = System.getProperty("os.name").toLowerCase(Locale.ROOT);

    private OrtNatives() {}

    /** Name of this system and processor inside the binding's jar, such as {@code linux-x64}. */
    public static String platform() {
        String family = OS.contains("win") ? "win" : OS.contains("mac") ? "osx" : "linux";
        String arch = System.getProperty("os.arch");
        return family + "-" + (arch.equals("amd64") || arch.equals("x86_64") ? "x64" : arch);
    }

    /** Whether the binding brings libraries for {@link #platform}. */
    public static boolean areIncluded() {
        return resource() != null;
    }

    /**
     * The folder that they are loaded from, be it there already or not: the one that the user
     * named, or the one in the cache; none where there are none for this machine or the binding is
     * not in a jar of its own.
     */
    public static Optional<Path> folder() {
        if (isNamedByUser()) {
            return Optional.ofNullable(System.getProperty(PATH)).map(Path::of);
        }
        try {
            return NativeLibraries.at(resource()).map(OrtNatives::folder);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Path folder(NativeLibraries libraries) {
        return cache().resolve("onnxruntime-" + platform() + "-" + libraries.digest());
    }

    static Path cache() {
        return UserCache.folder().resolve("native");
    }

    private static URL resource() {
        return OrtEnvironment.class.getResource("/ai/onnxruntime/native/" + platform() + "/");
    }

    private static boolean isNamedByUser() {
        return System.getProperties().stringPropertyNames().stream()
                .anyMatch(name -> name.startsWith(OPTIONS));
    }

    /** What {@code load} returns, which loads the binding for the first time. */
    static <T> T loading(Supplier<T> load) {
        Optional<Path> folder = isNamedByUser() ? Optional.empty() : extracted();
        if (folder.isEmpty() || System.getProperties().putIfAbsent(TAKEN, "true") != null) {
            return load.get();
        }
        System.setProperty(PATH, folder.get().toString());
        try {
            return load.get();
        } finally {
            // The binding has read it; processes started from here shall look for themselves.
            System.clearProperty(PATH);
        }
    }

    private static Optional<Path> extracted() {
        try {
            Optional<NativeLibraries> libraries = NativeLibraries.at(resource());
            if (libraries.isEmpty()) {
                return Optional.empty();
            }
            Path folder = folder(libraries.get()).toAbsolutePath();
            Files.createDirectories(UserCache.folder());
            PrivateFolder.make(folder.getParent());
            PrivateFolder.make(folder);
            libraries.get().extract(folder);
            return Optional.of(folder);
        } catch (IOException | SecurityException e) {
            return Optional.empty();
        }
    }
}
