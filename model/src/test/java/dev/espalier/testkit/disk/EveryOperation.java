package dev.espalier.testkit.disk;

import dev.espalier.testkit.disk.FailingDisk.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Does one piece of work again and again, each time with another operation that fails. */
public final class EveryOperation {
    /** Fills the folder before anything fails. */
    public interface Preparation {
        void run(Path folder) throws IOException;
    }

    /** What is tried. */
    public interface Work {
        void run(Path folder) throws IOException;
    }

    /** What must hold when everything succeeds again. */
    public interface Check {
        /**
         * @param failure what the work threw, null where it ended as if nothing had happened
         */
        void run(Path folder, Exception failure) throws IOException;
    }

    private EveryOperation() {}

    /**
     * Lets each operation meet {@code fault} once, and the work once go undisturbed.
     *
     * @param parent an empty folder
     * @param seed of what survives a loss of power, 0 for nothing
     * @return the number of operations
     */
    public static int meets(
            Fault fault, long seed, Path parent, Preparation before, Work work, Check check)
            throws IOException {
        for (int number = 0; ; number++) {
            Path folder = Files.createDirectory(parent.resolve("run" + number));
            FailingDisk disk = FailingDisk.of(folder);
            before.run(disk.folder());
            disk.arm(fault, number);
            Exception failure = null;
            try {
                work.run(disk.folder());
            } catch (IOException | RuntimeException e) {
                failure = e;
            }
            boolean failed = disk.failed();
            List<String> operations = disk.operations();
            disk.powerOn(seed == 0 ? 0 : seed + number);
            String where =
                    failed
                            ? fault + " at operation " + number + ", " + operations.get(number)
                            : "undisturbed";
            try {
                if (!failed && failure != null) {
                    throw new AssertionError("the work fails by itself", failure);
                }
                check.run(disk.folder(), failure);
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError(where + " (" + failure + "): " + e.getMessage(), e);
            }
            if (!failed) {
                return number;
            }
            delete(folder);
        }
    }

    /** Deletes {@code folder} and all that is in it. */
    public static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
