package dev.espalier.core.pass;

import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The context of one pass while it runs; gathers what the pass tells. */
final class RunningContext implements PassContext {
    private final PipelineSetup setup;
    private final Model original;
    private final int position;
    private final Checkpoints checkpoints;
    private final List<String> notes = new ArrayList<>();
    private final List<PassRun.Skip> skips = new ArrayList<>();
    private final List<PassRun.Reading> readings = new ArrayList<>();
    private final List<PassRun.Miss> misses = new ArrayList<>();

    RunningContext(PipelineSetup setup, Model original, int position, Checkpoints checkpoints) {
        this.setup = setup;
        this.original = original;
        this.position = position;
        this.checkpoints = checkpoints;
    }

    @Override
    public long seed() {
        // Mixed, so that neighbouring seeds and places give unrelated numbers.
        return new SplittableRandom(setup.seed() * 1_000_003 + position).nextLong();
    }

    @Override
    public Model original() {
        return original;
    }

    @Override
    public Model model(String file) {
        return setup.models().apply(file);
    }

    @Override
    public DataSplits data() {
        return setup.data()
                .orElseThrow(
                        () ->
                                new InvalidOptionException(
                                        "data is needed here, and the recipe has no data block"));
    }

    @Override
    public boolean hasData() {
        return setup.data().isPresent();
    }

    @Override
    public ModelRunner runner() {
        return setup.runners().apply(position);
    }

    @Override
    public Host host() {
        return setup.host();
    }

    @Override
    public InputShapes inputShapes() {
        return setup.inputShapes();
    }

    @Override
    public Progress progress() {
        return setup.progress();
    }

    @Override
    public Checkpoints checkpoints() {
        return checkpoints;
    }

    @Override
    public Workers workers() {
        return setup.workers().apply(position);
    }

    @Override
    public Reproducer reproducer() {
        return setup.reproducer();
    }

    @Override
    public synchronized void note(String text) {
        notes.add(text);
    }

    @Override
    public synchronized void skipped(String where, String reason) {
        skips.add(new PassRun.Skip(where, reason));
    }

    @Override
    public synchronized void missed(String option, double asked, double found) {
        PassContext.super.missed(option, asked, found);
        misses.add(new PassRun.Miss(option, asked, found));
    }

    @Override
    public synchronized void plot(String curve, double epoch, double value) {
        readings.add(new PassRun.Reading(curve, epoch, value));
    }

    @Override
    public void checkCancelled() {
        if (setup.cancelled().getAsBoolean()) {
            throw new CancelledException("stopped at the user's wish");
        }
    }

    synchronized PassRun run(
            String id, double seconds, boolean changed, ModelFigures before, ModelFigures after) {
        return new PassRun(id, seconds, changed, before, after, notes, skips, readings, misses);
    }
}
