package dev.espalier.internal.output;

import dev.espalier.core.CompressionException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.internal.file.ChecksummedFile;
import dev.espalier.core.internal.file.Disk;
import dev.espalier.core.internal.file.FileDigest;
import dev.espalier.core.internal.file.WholeFile;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.StepStore;
import dev.espalier.core.report.ReportJson;
import dev.espalier.train.run.CheckpointFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finished passes and the checkpoints of the running one, as files. A pass counts as finished when
 * its record is there, which is written after its model and holds the model's SHA-256. Each record
 * carries a hash of itself and of the record before it, the first one of {@link RunKey}; what does
 * not fit is not used, and the passes from there on run again.
 */
public final class ResumeStore implements StepStore {
    private static final String CHANGED = " is not as it was written";

    private final Path folder;
    private final Consumer<String> warnings;

    /** Where passes run again; what is kept of later ones was made from another model. */
    private int first = Integer.MAX_VALUE;

    private ResumeStore(Path folder, Consumer<String> warnings) {
        this.folder = folder;
        this.warnings = warnings;
    }

    /**
     * What is kept of a finished pass beside its model.
     *
     * @param files of the model
     */
    private record Step(List<FileDigest> files, PassRun run) {}

    /** Begins anew, forgetting what {@code folder} holds. */
    public static ResumeStore fresh(RunFolder folder, RunKey key, Consumer<String> warnings) {
        folder.clear();
        key.write(folder.work());
        return new ResumeStore(folder.work(), warnings);
    }

    /**
     * Goes on where an earlier run ended, if there was one.
     *
     * @param warnings is told of what was damaged since, in sentences
     * @throws InvalidOptionException where that run was of another recipe, model or data
     */
    public static ResumeStore resume(RunFolder folder, RunKey key, Consumer<String> warnings) {
        Path work = folder.work();
        try {
            if (!OwnFiles.isResumable(work)) {
                return fresh(folder, key, warnings);
            }
            OwnFiles.removeLeftovers(work);
            key.requireSame(work, warnings);
            return new ResumeStore(work, warnings);
        } catch (IOException e) {
            throw WholeFile.failure(work, e);
        }
    }

    /** What the run in progress has in its folder, for a process that takes part in it. */
    public static ResumeStore of(Path partial, Consumer<String> warnings) {
        return new ResumeStore(partial, warnings);
    }

    /** Whether an unfinished run left something in {@code folder}. */
    public static boolean hasSteps(RunFolder folder) {
        return Files.exists(new StepFiles(folder.work(), 0).record());
    }

    private StepFiles files(int position) {
        return new StepFiles(folder, position);
    }

    /** The model that the pass at {@code position} returned. */
    public Path model(int position) {
        return files(position).model();
    }

    @Override
    public Optional<Finished> read(int position) {
        if (position >= first) {
            return Optional.empty();
        }
        StepFiles files = files(position);
        try {
            if (!Disk.isFile(files.record())) {
                return Disk.exists(files(position + 1).record())
                        ? again(position, files.record() + " is missing")
                        : Optional.empty();
            }
            Optional<byte[]> content = ChecksummedFile.read(files.record(), files.identity());
            if (content.isEmpty()) {
                return again(position, files.record() + CHANGED);
            }
            String text = new String(content.get(), StandardCharsets.UTF_8);
            Step step = ReportJson.read(text, Step.class);
            for (FileDigest file : step.files()) {
                if (!file.isIn(folder)) {
                    return again(position, folder.resolve(file.name()) + CHANGED);
                }
            }
            return Optional.of(new Finished(OnnxReader.read(files.model()), step.run()));
        } catch (IOException | CompressionException e) {
            return again(position, files.record() + " cannot be used (" + e.getMessage() + ")");
        }
    }

    private Optional<Finished> again(int position, String why) {
        first = position;
        warnings.accept(why + ", so passes run again from number " + (position + 1) + " on");
        return Optional.empty();
    }

    @Override
    public void write(int position, Finished finished) {
        StepFiles files = files(position);
        try {
            Files.deleteIfExists(files.record());
            Files.deleteIfExists(files.data());
            OnnxWriter.write(finished.model(), files.model());
            keep(position, finished.run());
            OwnFiles.removeCheckpoints(files.checkpoints());
        } catch (IOException e) {
            throw WholeFile.failure(files.record(), e);
        }
    }

    /** Writes the record of the model that lies there. */
    void keep(int position, PassRun run) throws IOException {
        StepFiles files = files(position);
        String text = ReportJson.write(new Step(files.digests(), run));
        ChecksummedFile.write(
                files.record(), files.identity(), text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Checkpoints checkpoints(int position) {
        StepFiles files = files(position);
        try {
            return new CheckpointFolder(files.checkpoints(), files.before(), warnings);
        } catch (IOException e) {
            throw WholeFile.failure(files.checkpoints(), e);
        }
    }
}
