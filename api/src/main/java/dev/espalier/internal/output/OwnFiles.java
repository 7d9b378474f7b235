package dev.espalier.internal.output;

import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.internal.file.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The names of what a run writes in its hidden folder; of what lies there, only that goes. */
final class OwnFiles {
    private static final Pattern RESULT =
            withLeftovers(
                    "model\\.onnx(?:\\.data)?|report\\.json|report\\.html|layers\\.csv|passes\\.csv"
                            + "|metrics\\.csv|latency\\.json|recipe\\.yaml|log\\.txt|\\.espalier");

    private static final Pattern WORK =
            withLeftovers("run\\.json|step-\\d+\\.(?:json|onnx|onnx\\.data)");

    private static final Pattern CHECKPOINTS = Pattern.compile("step-\\d+\\.checkpoints");

    /** What a kill left of a file that was being written. */
    private static final Pattern LEFTOVER = Pattern.compile(WholeFile.leftovers(".+"));

    private OwnFiles() {}

    private static Pattern withLeftovers(String names) {
        return Pattern.compile(names + "|" + WholeFile.leftovers(names));
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

    /** Removes what kills left of files that were being written; nobody may be writing there. */
    static void removeLeftovers(Path work) throws IOException {
        for (Path path : Disk.list(work)) {
            if (CHECKPOINTS.matcher(path.getFileName().toString()).matches()) {
                removeFiles(path, LEFTOVER);
            }
        }
        removeFiles(work, LEFTOVER);
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
        removeFiles(folder, names);
        Disk.removeEmpty(folder);
    }

    private static void removeFiles(Path folder, Pattern names) throws IOException {
        if (!Disk.isFolder(folder)) {
            return;
        }
        for (Path path : Disk.list(folder)) {
            if (Disk.isFile(path) && names.matcher(path.getFileName().toString()).matches()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
