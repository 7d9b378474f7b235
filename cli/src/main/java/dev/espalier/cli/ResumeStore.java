package dev.espalier.cli;

import dev.espalier.core.CompressionException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.OutputException;
import dev.espalier.core.onnx.OnnxReader;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.StepStore;
import dev.espalier.core.report.ReportJson;
import dev.espalier.train.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finished passes and the checkpoints of the running one, as files. A pass counts as finished when
 * its record is there, which is written after its model.
 */
final class ResumeStore implements StepStore {
    private static final String KEY = "run.json";

    private final Path folder;

    private ResumeStore(Path folder) {
        this.folder = folder;
    }

    /** What a run was made of, by a word for it; a later run must agree in all of them. */
    record Key(Map<String, String> parts) {}

    /** Begins anew, forgetting what {@code folder} holds. */
    static ResumeStore fresh(RunFolder folder, Key key) {
        folder.clear();
        RunFolder.write(folder.work().resolve(KEY), ReportJson.write(key));
        return new ResumeStore(folder.work());
    }

    /**
     * Goes on where an earlier run ended, if there was one.
     *
     * @throws InvalidOptionException where that run was of another recipe, model or data
     */
    static ResumeStore resume(RunFolder folder, Key key) {
        Path file = folder.work().resolve(KEY);
        if (!Files.exists(file)) {
            return fresh(folder, key);
        }
        Key before;
        try {
            before = ReportJson.read(Files.readString(file), Key.class);
        } catch (IOException | CompressionException e) {
            throw new OutputException(
                    file + " is damaged, so the run cannot be resumed; leave out --resume", e);
        }
        List<String> changed = new ArrayList<>(key.parts().keySet());
        changed.removeIf(part -> key.parts().get(part).equals(before.parts().get(part)));
        if (!changed.isEmpty()) {
            throw new InvalidOptionException(
                    "cannot resume: %s changed since the run that left %s; leave out --resume to begin anew"
                            .formatted(String.join(" and ", changed), folder.work()));
        }
        return new ResumeStore(folder.work());
    }

    /** What the run in progress has in its folder, for a process that takes part in it. */
    static ResumeStore of(Path partial) {
        return new ResumeStore(partial);
    }

    /** Whether an unfinished run left something in {@code folder}. */
    static boolean hasSteps(RunFolder folder) {
        return Files.exists(folder.work().resolve(record(0)));
    }

    /** The model that the pass at {@code position} returned. */
    Path model(int position) {
        return folder.resolve("step-" + position + ".onnx");
    }

    private static String record(int position) {
        return "step-" + position + ".json";
    }

    @Override
    public Optional<Finished> read(int position) {
        Path record = folder.resolve(record(position));
        if (!Files.exists(record)) {
            return Optional.empty();
        }
        try {
            PassRun run = ReportJson.read(Files.readString(record), PassRun.class);
            return Optional.of(new Finished(OnnxReader.read(model(position)), run));
        } catch (IOException | CompressionException e) {
            throw new OutputException(
                    record + " is damaged, so the run cannot be resumed; leave out --resume", e);
        }
    }

    @Override
    public void write(int position, Finished finished) {
        OnnxWriter.write(finished.model(), model(position));
        RunFolder.write(folder.resolve(record(position)), ReportJson.write(finished.run()));
        try {
            OwnFiles.removeCheckpoints(checkpointFolder(position));
        } catch (IOException e) {
            throw new OutputException("cannot remove " + checkpointFolder(position), e);
        }
    }

    private Path checkpointFolder(int position) {
        return checkpointFolder(folder, position);
    }

    /** Where a pass of the unfinished run in {@code partial} keeps what it needs to go on. */
    static Path checkpointFolder(Path partial, int position) {
        return partial.resolve("step-" + position + ".checkpoints");
    }

    @Override
    public Checkpoints checkpoints(int position) {
        return new CheckpointFolder(checkpointFolder(position));
    }
}
