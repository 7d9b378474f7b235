package dev.espalier.testkit;

import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.Checkpoints;
import dev.espalier.core.pass.Host;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.pass.Reproducer;
import dev.espalier.core.pass.Workers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * A context for tests: batch 1, seed 17, no data and no runner unless given, and it remembers what
 * the pass said.
 */
public final class TestContext implements PassContext {
    private final Model original;
    private long seed = 17;
    private final Map<String, Model> models = new HashMap<>();
    private DataSplits data;
    private ModelRunner runner;
    private Host host = Host.NONE;
    private InputShapes inputShapes = InputShapes.ofBatch(1);
    private Checkpoints checkpoints = Checkpoints.NONE;
    private Reproducer reproducer = Reproducer.NONE;
    private Workers workers = Workers.NONE;
    private BooleanSupplier cancelled = () -> false;
    private Progress progress = Progress.SILENT;
    private final List<String> notes = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final List<PassRun.Reading> readings = new ArrayList<>();

    private TestContext(Model original) {
        this.original = original;
    }

    /** A context of a recipe that began with {@code original}. */
    public static TestContext of(Model original) {
        return new TestContext(original);
    }

    public TestContext withSeed(long value) {
        seed = value;
        return this;
    }

    /** A further model that the pass may ask for. */
    public TestContext withModel(String file, Model model) {
        models.put(file, model);
        return this;
    }

    public TestContext withData(DataSplits splits) {
        data = splits;
        return this;
    }

    public TestContext withRunner(ModelRunner value) {
        runner = value;
        return this;
    }

    public TestContext withHost(Host value) {
        host = value;
        return this;
    }

    public TestContext withInputShapes(InputShapes shapes) {
        inputShapes = shapes;
        return this;
    }

    public TestContext withCheckpoints(Checkpoints value) {
        checkpoints = value;
        return this;
    }

    /** Asked between two steps of long work: whether to stop there. */
    public TestContext withCancellation(BooleanSupplier value) {
        cancelled = value;
        return this;
    }

    public TestContext withProgress(Progress value) {
        progress = value;
        return this;
    }

    /** Further processes that may take part. */
    public TestContext withWorkers(Workers value) {
        workers = value;
        return this;
    }

    public TestContext withReproducer(Reproducer value) {
        reproducer = value;
        return this;
    }

    /** What the pass noted, in order. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** What the pass plotted, in order. */
    public List<PassRun.Reading> readings() {
        return List.copyOf(readings);
    }

    /** What the pass refused, each as {@code where: reason}, in order. */
    public List<String> skipped() {
        return List.copyOf(skipped);
    }

    @Override
    public Host host() {
        return host;
    }

    @Override
    public long seed() {
        return seed;
    }

    @Override
    public Model original() {
        return original;
    }

    @Override
    public Model model(String file) {
        return models.get(file);
    }

    @Override
    public DataSplits data() {
        if (data == null) {
            throw new InvalidOptionException("this test gives no data");
        }
        return data;
    }

    @Override
    public boolean hasData() {
        return data != null;
    }

    @Override
    public ModelRunner runner() {
        if (runner == null) {
            throw new IllegalStateException("this test gives no runner");
        }
        return runner;
    }

    @Override
    public InputShapes inputShapes() {
        return inputShapes;
    }

    @Override
    public Progress progress() {
        return progress;
    }

    @Override
    public Checkpoints checkpoints() {
        return checkpoints;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public Reproducer reproducer() {
        return reproducer;
    }

    @Override
    public void note(String text) {
        notes.add(text);
    }

    @Override
    public void skipped(String where, String reason) {
        skipped.add(where + ": " + reason);
    }

    @Override
    public void plot(String curve, double epoch, double value) {
        readings.add(new PassRun.Reading(curve, epoch, value));
    }

    @Override
    public void checkCancelled() {
        if (cancelled.getAsBoolean()) {
            throw new CancelledException("stopped");
        }
    }
}
