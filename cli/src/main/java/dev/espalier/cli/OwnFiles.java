package dev.espalier.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The names of what a run writes in its hidden folder; of what lies there, only that goes. */
final class OwnFiles {
    private static final Pattern RESULT =
            withTemporaries(
                    "model\\.onnx(?:\\.data)?|report\\.json|report\\.html|layers\\.csv|passes\\.csv"
                            + "|metrics\\.csv|latency\\.json|recipe\\.yaml|log\\.txt|\\.espalier");

    private static final Pattern WORK =
            withTemporaries("run\\.json|step-\\d+\\.(?:json|onnx|onnx\\.data)");

    private static final Pattern CHECKPOINTS = Pattern.compile("step-\\d+\\.checkpoints");

    private OwnFiles() {}

    /** A file is written beside its place under one of two names. */
    private static Pattern withTemporaries(String names) {
        return Pattern.compile("(?:%1$s)(?:\\.tmp)?|\\.(?:%1$s)\\.[0-9a-f]+".formatted(names));
    }

    /** Whether an unfinished run left a pass or a checkpoint in {@code work}. */
    static boolean isResumable(Path work) throws IOException {
        return Disk.isFolder(work)
                && Disk.list(work).stream()
                        .anyMatch(path -> path.getFileName().toString().startsWith("step-"));
    }

    /** Removes what an unfinished run left. */
    static void removeWork(Path work) throws IOException {
        if (!Disk.isFolder(work)) {
            return;
        }
        for (Path path : Disk.list(work)) {
            if (CHECKPOINTS.matcher(path.getFileName().toString()).matches()) {
                removeCheckpoints(path);
            }
        }
        remove(work, WORK);
    }

    /** Removes the checkpoints and logs of one pass. */
    static void removeCheckpoints(Path folder) throws IOException {
        remove(folder, Pattern.compile(".*"));
    }

    /** Whether {@code file} has a name that a result has. */
    static boolean isResult(Path file) {
        return RESULT.matcher(file.getFileName().toString()).matches();
    }

    /** Removes what was gathered of a result. */
    static void removeResult(Path result) throws IOException {
        remove(result, RESULT);
    }

    private static void remove(Path folder, Pattern names) throws IOException {
        if (!Disk.isFolder(folder)) {
            return;
        }
        List<Path> content = Disk.list(folder);
        for (Path path : content) {
            if (Disk.isFile(path) && names.matcher(path.getFileName().toString()).matches()) {
                Files.deleteIfExists(path);
            }
        }
        Disk.removeEmpty(folder);
    }
}
