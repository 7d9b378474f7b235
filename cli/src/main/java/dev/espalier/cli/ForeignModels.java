package dev.espalier.cli;

import dev.espalier.core.ModelFormatException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.ExternalFiles;
import dev.espalier.core.report.Machine;
import dev.espalier.runtime.SessionSettings;
import dev.espalier.runtime.isolation.FirstRuns;
import dev.espalier.runtime.isolation.IsolatedRunner;
import dev.espalier.runtime.isolation.Isolation;
import dev.espalier.runtime.isolation.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Models that a command was given, which may end the process that runs them: each is tried in a
 * process of its own before it is run in this one. A file that went well is remembered by its hash
 * in the user's cache folder.
 */
final class ForeignModels implements AutoCloseable {
    /** Of the user's cache folder; a file there is a hash and empty. */
    private static final String KNOWN = "tried";

    private static final int MOST_KNOWN = 1024;

    private final Isolation isolation = new Isolation(Limits.ofThisMachine());
    private final FirstRuns firstRuns =
            new FirstRuns(isolation, CacheFolder.ofUser(KNOWN, MOST_KNOWN));

    /**
     * Tries {@code file}, unless it is known.
     *
     * @throws dev.espalier.core.UnsupportedModelException where ONNX Runtime refuses it, ends the
     *     process that runs it, or takes too much
     */
    void tryOut(ModelFile file, InputShapes shapes) {
        firstRuns.require(file.path(), file.model(), shapes, identity(file, shapes));
    }

    /** Tries what passes made of such a model. */
    void tryOut(Model model, InputShapes shapes) {
        firstRuns.require(model, shapes);
    }

    /** Runs models here after each was tried. */
    ModelRunner runner() {
        return new IsolatedRunner(isolation, SessionSettings.DEFAULT);
    }

    /** Of all that decides what becomes of the first run. */
    private static String identity(ModelFile file, InputShapes shapes) {
        StringBuilder parts = new StringBuilder(Fingerprint.of(file.path()));
        try {
            for (Path weights : ExternalFiles.of(file.model())) {
                // Hashing gigabytes would take longer than the run.
                parts.append('\n').append(weights).append(' ').append(Files.size(weights));
                parts.append(' ').append(Files.getLastModifiedTime(weights));
            }
        } catch (IOException e) {
            throw new ModelFormatException(
                    file.path() + ": its weights cannot be read: " + e.getMessage(), e);
        }
        Machine machine = Machine.current();
        parts.append('\n').append(shapes).append('\n').append(Version.espalier());
        parts.append('\n').append(Version.pinned("onnxruntime"));
        parts.append('\n').append(machine.cpu()).append(machine.cpuFlags());
        return Fingerprint.of(parts.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        isolation.close();
    }
}
