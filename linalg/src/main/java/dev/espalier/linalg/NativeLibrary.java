package dev.espalier.linalg;

import dev.espalier.core.UserCache;
import dev.espalier.core.internal.file.PrivateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Loads ND4J's native library, once, with settings that leave the rest of the process alone: no
 * word on any stream, no collection of garbage every few seconds, no limit on memory that counts
 * what other native libraries took, and as many threads as the JVM may use or {@code
 * OMP_NUM_THREADS} says. What its own properties say already stays.
 *
 * <p>The library is unpacked, 380 MB, into a folder of the user's cache that nobody else can write
 * into, beside that of ONNX Runtime.
 */
final class NativeLibrary {
    /** Apart, since the thread that loads cannot enter a class that waits for it. */
    private static final class Loaded {
        private static final String PROBLEM = inThreadOfItsOwn();
    }

    private NativeLibrary() {}

    /** Why it cannot be used. */
    static Optional<String> problem() {
        return Optional.ofNullable(Loaded.PROBLEM);
    }

    /**
     * OpenMP keeps its number of threads for each thread that calls it, and loading sets it.
     * LibTorch has the same OpenMP, so that a training on this thread would go on with another
     * number.
     */
    private static String inThreadOfItsOwn() {
        String[] problem = new String[1];
        Thread loader = new Thread(() -> problem[0] = load(), "linear algebra");
        loader.start();
        boolean isInterrupted = false;
        while (loader.isAlive()) {
            try {
                loader.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
        return problem[0];
    }

    private static String load() {
        set("org.nd4j.log.initialization", "false");
        set("org.bytedeco.javacpp.maxbytes", "0");
        set("org.bytedeco.javacpp.maxphysicalbytes", "0");
        folder().ifPresent(folder -> set("org.bytedeco.javacpp.cachedir", folder.toString()));
        try {
            Nd4j.getMemoryManager().togglePeriodicGc(false);
            if (System.getenv("OMP_NUM_THREADS") == null) {
                openblas.blas_set_num_threads(Runtime.getRuntime().availableProcessors());
            }
            return null;
        } catch (LinkageError | RuntimeException e) {
            return "linear algebra needs ND4J's native library, which cannot be loaded on %s, %s: %s; nd4j-native, openblas and javacpp with the classifier of this system have to be on the class path"
                    .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), e);
        }
    }

    private static void set(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** None where the cache cannot be used; the library has a folder of its own then. */
    private static Optional<Path> folder() {
        try {
            Path folder = UserCache.folder().resolve("native").resolve("nd4j").toAbsolutePath();
            Files.createDirectories(UserCache.folder());
            PrivateFolder.make(folder.getParent());
            PrivateFolder.make(folder);
            return Optional.of(folder);
        } catch (IOException | SecurityException e) {
            return Optional.empty();
        }
    }
}
