package dev.espalier;

import dev.espalier.core.data.DataSplits;
import dev.espalier.core.internal.file.Sha256;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.ModelFigures;
import dev.espalier.core.pass.Pipeline;
import dev.espalier.core.pass.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/**
 * Size, operations and validation metrics of the models between passes. Each model is evaluated
 * once: not again where its bytes are those of an earlier one, where it was proved to compute what
 * the one before it does, or where an earlier run measured the original.
 */
final class ModelJudge implements Pipeline.Judge {
    private final Workbench bench;
    private final ForeignModels foreign;
    private final int own;
    private final OriginalMetrics original;
    private final Progress progress;
    private final Map<String, ModelFigures> seen = new HashMap<>();

    /**
     * @param foreign tries what becomes of the original
     * @param own how many passes until a model is of Espalier's making
     */
    ModelJudge(
            Workbench bench,
            ForeignModels foreign,
            int own,
            OriginalMetrics original,
            Progress progress) {
        this.bench = bench;
        this.foreign = foreign;
        this.own = own;
        this.original = original;
        this.progress = progress;
    }

    @Override
    public ModelFigures judge(Model model, int passes) {
        if (passes > 0 && passes <= own) {
            foreign.tryOut(model, bench.shapes());
        }
        String bytes = hash(model);
        ModelFigures figures = seen.get(bytes);
        if (figures == null) {
            figures = passes == 0 ? ofOriginal(model) : bench.judge(model, progress);
            seen.put(bytes, figures);
        }
        return figures;
    }

    /** The proof has run the model, so that it needs no trial either. */
    @Override
    public ModelFigures judgeEqual(Model model, int passes, ModelFigures before) {
        return bench.structure(model)
                .withMetrics(before.metrics(), before.split(), before.samples());
    }

    private ModelFigures ofOriginal(Model model) {
        if (!bench.judges(DataSplits::validation)) {
            return bench.structure(model);
        }
        return bench.structure(model)
                .withMetrics(
                        original.on("validation", () -> bench.judge(model, progress).metrics()),
                        "validation",
                        bench.splits().validation().size());
    }

    private static String hash(Model model) {
        MessageDigest digest = Sha256.digest();
        OutputStream bytes = new DigestOutputStream(OutputStream.nullOutputStream(), digest);
        try {
            OnnxWriter.write(model, Channels.newChannel(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException("a hash takes any bytes", e);
        }
        return Sha256.hex(digest.digest());
    }
}
