package dev.espalier.cli;

import dev.espalier.core.CompressionException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.file.ChecksummedFile;
import dev.espalier.core.file.Disk;
import dev.espalier.core.file.FileDigest;
import dev.espalier.core.file.WholeFile;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.StepStore;
import dev.espalier.core.report.ReportJson;
import dev.espalier.train.CheckpointFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finished passes and the checkpoints of the running one, as files. A pass counts as finished when
 * its record is there, which is written after its model and holds the model's SHA-256. Each record
 * carries a hash of itself and of the record before it, the first one of {@link RunKey}; what does
 * not fit is not used, and the passes from there on run again.
 */
final class ResumeStore implements StepStore {
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
     * @param files of the model: one, or two where its weights are in a file of their own
     */
    private record Step(List<FileDigest> files, PassRun run) {}

    /** Begins anew, forgetting what {@code folder} holds. */
    static ResumeStore fresh(RunFolder folder, RunKey key, Consumer<String> warnings) {
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
    static ResumeStore resume(RunFolder folder, RunKey key, Consumer<String> warnings) {
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
    static ResumeStore of(Path partial, Consumer<String> warnings) {
        return new ResumeStore(partial, warnings);
    }

    /** Whether an unfinished run left something in {@code folder}. */
    static boolean hasSteps(RunFolder folder) {
        return Files.exists(record(folder.work(), 0));
    }

    /** The model that the pass at {@code position} returned. */
    Path model(int position) {
        return folder.resolve("step-" + position + ".onnx");
    }

    private Path data(int position) {
        return folder.resolve("step-" + position + ".onnx.data");
    }

    private static Path record(Path folder, int position) {
        return folder.resolve("step-" + position + ".json");
    }

    @Override
    public Optional<Finished> read(int position) {
        Path record = record(folder, position);
        if (position >= first) {
            return Optional.empty();
        }
        try {
            if (!Disk.isFile(record)) {
                return Disk.exists(record(folder, position + 1))
                        ? again(position, record, "is missing")
                        : Optional.empty();
            }
            Optional<byte[]> content = ChecksummedFile.read(record, identity(position));
            if (content.isEmpty()) {
                return again(position, record, "is not as it was written");
            }
            Step step = ReportJson.read(text(content.get()), Step.class);
            for (FileDigest file : step.files()) {
                if (!file.isIn(folder)) {
                    Path changed = folder.resolve(file.name());
                    return again(position, changed, "is not as it was written");
                }
            }
            return Optional.of(new Finished(OnnxReader.read(model(position)), step.run()));
        } catch (IOException | CompressionException e) {
            return again(position, record, "cannot be used (" + e.getMessage() + ")");
        }
    }

    private Optional<Finished> again(int position, Path file, String what) {
        first = position;
        warnings.accept(
                "%s %s, so passes run again from number %d on".formatted(file, what, position + 1));
        return Optional.empty();
    }

    @Override
    public void write(int position, Finished finished) {
        Path record = record(folder, position);
        try {
            Files.deleteIfExists(record);
            Files.deleteIfExists(data(position));
            OnnxWriter.write(finished.model(), model(position));
            List<FileDigest> files = new ArrayList<>();
            for (Path file : List.of(model(position), data(position))) {
                if (Disk.isFile(file)) {
                    files.add(FileDigest.of(file));
                }
            }
            byte[] content = bytes(ReportJson.write(new Step(files, finished.run())));
            ChecksummedFile.write(record, identity(position), content);
            OwnFiles.removeCheckpoints(checkpointFolder(folder, position));
        } catch (IOException e) {
            throw WholeFile.failure(record, e);
        }
    }

    /** Which record this is: the one of this name that follows on the one before it. */
    private String identity(int position) throws IOException {
        return record(folder, position).getFileName() + "\n" + before(position);
    }

    private String before(int position) throws IOException {
        return ChecksummedFile.hash(
                position == 0 ? RunKey.file(folder) : record(folder, position - 1));
    }

    /** Where a pass of the unfinished run in {@code partial} keeps what it needs to go on. */
    static Path checkpointFolder(Path partial, int position) {
        return partial.resolve("step-" + position + ".checkpoints");
    }

    @Override
    public Checkpoints checkpoints(int position) {
        Path checkpoints = checkpointFolder(folder, position);
        try {
            return new CheckpointFolder(checkpoints, before(position), warnings);
        } catch (IOException e) {
            throw WholeFile.failure(checkpoints, e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
