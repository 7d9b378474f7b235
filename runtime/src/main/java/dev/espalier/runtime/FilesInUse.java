package dev.espalier.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files that processes have open or mapped, as far as this user may see, read when first asked
 * for. Only Linux tells.
 */
final class FilesInUse {
    private static final Path PROCESSES = Path.of("/proc");
    private static final int FIELDS_BEFORE_PATH = 5;

    private Set<String> paths;

    /** Whether the system tells. */
    boolean areKnown() {
        return !paths().isEmpty();
    }

    boolean contains(Path file) {
        try {
            return paths().contains(file.toRealPath().toString());
        } catch (IOException e) {
            return false;
        }
    }

    private Set<String> paths() {
        if (paths == null) {
            paths = new HashSet<>();
            try (Stream<Path> processes = Files.list(PROCESSES)) {
                processes
                        .filter(process -> process.getFileName().toString().matches("\\d+"))
                        .forEach(this::add);
            } catch (IOException e) {
                // No such folder: not Linux.
            }
        }
        return paths;
    }

    private void add(Path process) {
        try (Stream<String> maps = Files.lines(process.resolve("maps"))) {
            maps.map(line -> line.split(" +", FIELDS_BEFORE_PATH + 1))
                    .filter(fields -> fields.length > FIELDS_BEFORE_PATH)
                    .forEach(fields -> paths.add(fields[FIELDS_BEFORE_PATH]));
        } catch (IOException | UncheckedIOException e) {
            // It has ended, or is another user's.
        }
        try (Stream<Path> open = Files.list(process.resolve("fd"))) {
            for (Path link : open.toList()) {
                paths.add(Files.readSymbolicLink(link).toString());
            }
        } catch (IOException | UncheckedIOException e) {
            // So here.
        }
    }
}
