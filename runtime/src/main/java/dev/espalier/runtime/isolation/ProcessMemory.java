package dev.espalier.runtime.isolation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What Linux tells of a process's memory, and is told; other systems do neither.
 *
 * @param pid number of the process
 */
record ProcessMemory(long pid) {
    private static final String RESIDENT = "VmRSS:";

    /** Where memory runs out the system shall end this process and not the user's. */
    void endFirst() {
        try {
            Files.writeString(proc("oom_score_adj"), "1000");
        } catch (IOException e) {
            // Not Linux.
        }
    }

    /** Resident memory; 0 where the system does not say. */
    long bytes() {
        try (Stream<String> lines = Files.lines(proc("status"))) {
            return lines.filter(line -> line.startsWith(RESIDENT))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    private Path proc(String name) {
        return Path.of("/proc", Long.toString(pid), name);
    }
}
