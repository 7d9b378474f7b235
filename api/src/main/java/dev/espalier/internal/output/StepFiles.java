package dev.espalier.internal.output;

import dev.espalier.core.internal.file.ChecksummedFile;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.internal.file.FileDigest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of one pass of an unfinished run.
 *
 * @param work the folder of the run
 * @param position of the pass, counted from 0
 */
public record StepFiles(Path work, int position) {
    private Path named(String end) {
        return work.resolve("step-" + position + end);
    }

    /** The model that the pass returned. */
    Path model() {
        return named(".onnx");
    }

    /** Weights of the model that are too large for one file. */
    Path data() {
        return named(".onnx.data");
    }

    /** What is kept of the pass beside its model; there when it is finished. */
    Path record() {
        return named(".json");
    }

    /** Where the pass keeps what it needs to go on. */
    public Path checkpoints() {
        return named(".checkpoints");
    }

    /** The files of the model: one, or two where its weights are in a file of their own. */
    List<FileDigest> digests() throws IOException {
        List<FileDigest> files = new ArrayList<>();
        for (Path file : List.of(model(), data())) {
            if (Disk.isFile(file)) {
                files.add(FileDigest.of(file));
            }
        }
        return files;
    }

    /** The hash of what came before this pass: the record of the one before, or the run's key. */
    String before() throws IOException {
        return ChecksummedFile.hash(
                position == 0 ? RunKey.file(work) : new StepFiles(work, position - 1).record());
    }

    /** Which record this is: the one of its name that follows on the one before it. */
    String identity() throws IOException {
        return record().getFileName() + "\n" + before();
    }
}
