package dev.espalier.quantize.repair;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;

/**
 * The context of a pass that is tried out and thrown away: fewer calibration samples, and nothing
 * it says goes into the report.
 */
public record TrialContext(PassContext around, int samples) implements PassContext {
    @Override
    public DataSplits data() {
        return around.data().withCalibration(samples);
    }

    @Override
    public long seed() {
        return around.seed();
    }

    @Override
    public Model original() {
        return around.original();
    }

    @Override
    public Model model(String file) {
        return around.model(file);
    }

    @Override
    public boolean hasData() {
        return around.hasData();
    }

    @Override
    public ModelRunner runner() {
        return around.runner();
    }

    @Override
    public InputShapes inputShapes() {
        return around.inputShapes();
    }

    @Override
    public Progress progress() {
        return Progress.SILENT;
    }

    @Override
    public Checkpoints checkpoints() {
        return Checkpoints.NONE;
    }

    @Override
    public void note(String text) {}

    @Override
    public void skipped(String where, String reason) {}

    @Override
    public void checkCancelled() {
        around.checkCancelled();
    }
}
