package dev.espalier.runtime.isolation;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What one step in isolation may take: opening a model, or running it once.
 *
 * @param time beyond which the process is ended; a large file has more, a second for every 16 MiB
 * @param memoryBytes of the whole process, beyond which it is ended where the system tells how much
 *     that is (Linux)
 */
public record Limits(Duration time, long memoryBytes) {
    private static final Duration USUAL_TIME = Duration.ofSeconds(30);
    private static final long BYTES_PER_SECOND = 16L << 20;
    private static final long LEAST_MEMORY = 2L << 30;

    public Limits {
        if (time.isNegative() || time.isZero() || memoryBytes < 1) {
            throw new IllegalArgumentException(
                    "limits must be positive, found %s and %s bytes".formatted(time, memoryBytes));
        }
    }

    /** Half a minute, and three quarters of this machine's memory. */
    public static Limits ofThisMachine() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        long memory =
                system instanceof com.sun.management.OperatingSystemMXBean known
                        ? known.getTotalMemorySize() / 4 * 3
                        : Runtime.getRuntime().maxMemory();
        return new Limits(USUAL_TIME, Math.max(LEAST_MEMORY, memory));
    }

    /** The time for {@code file}. */
    Duration timeFor(Path file) {
        try {
            return time.plusSeconds(Files.size(file) / BYTES_PER_SECOND);
        } catch (IOException e) {
            // That it cannot be read is for the one who opens it to say.
            return time;
        }
    }
}
