package dev.espalier;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.internal.file.Sha256;
import dev.espalier.core.ir.Model;
import dev.espalier.core.report.Machine;
import dev.espalier.input.ModelFile;
import dev.espalier.internal.input.CacheFolder;
import dev.espalier.internal.input.Fingerprint;
import dev.espalier.internal.input.Versions;
import dev.espalier.runtime.SessionSettings;
import dev.espalier.runtime.isolation.FirstRuns;
import dev.espalier.runtime.isolation.IsolatedRunner;
import dev.espalier.runtime.isolation.Isolation;
import dev.espalier.runtime.isolation.Limits;
import java.nio.charset.StandardCharsets;

/**
 * Models that a command was given, which may end the process that runs them: each is tried in a
 * process of its own before it is run in this one. A file that went well is remembered by its hash
 * in the user's cache folder.
 */
public final class ForeignModels implements AutoCloseable {
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
    public void tryOut(ModelFile file, InputShapes shapes) {
        firstRuns.require(file.path(), file.model(), shapes, identity(file, shapes));
    }

    /** Tries what passes made of such a model. */
    public void tryOut(Model model, InputShapes shapes) {
        firstRuns.require(model, shapes);
    }

    /** Runs models here after each was tried. */
    public ModelRunner runner() {
        return new IsolatedRunner(isolation, SessionSettings.DEFAULT);
    }

    /** Of all that decides what becomes of the first run. */
    private static String identity(ModelFile file, InputShapes shapes) {
        Machine machine = Machine.current();
        String parts =
                String.join(
                        "\n",
                        Fingerprint.of(file),
                        shapes.sizes(),
                        Versions.espalier(),
                        Versions.pinned("onnxruntime"),
                        machine.cpu(),
                        machine.cpuFlags().toString());
        return Sha256.of(parts.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        isolation.close();
    }
}
