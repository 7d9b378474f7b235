package dev.espalier.core.pass;

import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The context of passes that a program calls itself, without a recipe.
 *
 * <pre>{@code
 * DirectContext context = DirectContext.of(model).withRunner(new OrtRunner());
 * Model pruned = new Prune(Criterion.L1, 0.5, 8, Scope.GLOBAL).apply(model, context);
 * context.notes().forEach(System.out::println);
 * }</pre>
 *
 * <p>Unless changed: seed 17, free first dimensions of 1, no data, no runner, no progress, no
 * checkpoints. What passes tell is kept. Each change gives a new context that has been told nothing
 * yet; many threads may use one.
 */
public final class DirectContext implements PassContext {
    private static final long SEED = 17;

    private final Model original;
    private final List<String> notes = new ArrayList<>();
    private final List<PassRun.Skip> skips = new ArrayList<>();
    private final List<PassRun.Reading> readings = new ArrayList<>();
    private long seed = SEED;
    private InputShapes inputShapes = InputShapes.ofBatch(1);
    private Optional<DataSplits> data = Optional.empty();
    private ModelRunner runner = DirectContext::noRunner;
    private Host host = Host.NONE;
    private Function<String, Model> models = DirectContext::noModel;
    private Progress progress = Progress.SILENT;
    private Checkpoints checkpoints = Checkpoints.NONE;
    private Workers workers = Workers.NONE;
    private Reproducer reproducer = Reproducer.NONE;
    private BooleanSupplier cancelled = () -> false;
    private Consumer<String> listener = line -> {};

    private DirectContext(Model original) {
        this.original = original;
    }

    /**
     * @param original the model that the work begins with: the teacher of a distillation, and what
     *     budgets are shares of
     */
    public static DirectContext of(Model original) {
        return new DirectContext(original);
    }

    private DirectContext with(Consumer<DirectContext> change) {
        DirectContext changed = new DirectContext(original);
        changed.seed = seed;
        changed.inputShapes = inputShapes;
        changed.data = data;
        changed.runner = runner;
        changed.host = host;
        changed.models = models;
        changed.progress = progress;
        changed.checkpoints = checkpoints;
        changed.workers = workers;
        changed.reproducer = reproducer;
        changed.cancelled = cancelled;
        changed.listener = listener;
        change.accept(changed);
        return changed;
    }

    /** This context with another seed; two passes in a row should not have the same. */
    public DirectContext withSeed(long value) {
        return with(changed -> changed.seed = value);
    }

    /** This context with sizes for what the model's inputs leave open. */
    public DirectContext withInputShapes(InputShapes shapes) {
        return with(changed -> changed.inputShapes = shapes);
    }

    /** This context with examples, which training, calibration and recovery need. */
    public DirectContext withData(DataSplits splits) {
        return with(changed -> changed.data = Optional.of(splits));
    }

    /** This context with what runs models, which proofs and validation need. */
    public DirectContext withRunner(ModelRunner value) {
        return with(changed -> changed.runner = value);
    }

    /** This context with a cache, and a timer where passes shall decide by latency. */
    public DirectContext withHost(Host value) {
        return with(changed -> changed.host = value);
    }

    /**
     * This context with a reader of the further models that passes name, such as the files of
     * teachers.
     */
    public DirectContext withModels(Function<String, Model> reader) {
        return with(changed -> changed.models = reader);
    }

    /** This context with a place to show how far long work is. */
    public DirectContext withProgress(Progress value) {
        return with(changed -> changed.progress = value);
    }

    /** This context with a place from which training goes on after a kill. */
    public DirectContext withCheckpoints(Checkpoints value) {
        return with(changed -> changed.checkpoints = value);
    }

    /** This context with further processes that may take part. */
    public DirectContext withWorkers(Workers value) {
        return with(changed -> changed.workers = value);
    }

    /** This context with a place for what a failed proof failed on. */
    public DirectContext withReproducer(Reproducer value) {
        return with(changed -> changed.reproducer = value);
    }

    /** This context with a question that is asked between two steps of long work. */
    public DirectContext withCancellation(BooleanSupplier isAsked) {
        return with(changed -> changed.cancelled = isAsked);
    }

    /** This context telling each note, and each refusal with where and why, as soon as it comes. */
    public DirectContext withListener(Consumer<String> lines) {
        return with(changed -> changed.listener = lines);
    }

    /** What passes said they did, in order. */
    public synchronized List<String> notes() {
        return List.copyOf(notes);
    }

    /** What passes refused, in order. */
    public synchronized List<PassRun.Skip> skips() {
        return List.copyOf(skips);
    }

    /** The points of the curves that passes took, such as the loss of each epoch, in order. */
    public synchronized List<PassRun.Reading> readings() {
        return List.copyOf(readings);
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
        return models.apply(file);
    }

    @Override
    public DataSplits data() {
        return data.orElseThrow(
                () ->
                        new InvalidOptionException(
                                "data is needed here, and the context has none; give it some:"
                                        + " withData(DataSplits.of(examples))"));
    }

    @Override
    public boolean hasData() {
        return data.isPresent();
    }

    @Override
    public ModelRunner runner() {
        return runner;
    }

    @Override
    public Host host() {
        return host;
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
    public synchronized void note(String text) {
        notes.add(text);
        listener.accept(text);
    }

    @Override
    public synchronized void skipped(String where, String reason) {
        PassRun.Skip skip = new PassRun.Skip(where, reason);
        skips.add(skip);
        listener.accept(skip.toString());
    }

    @Override
    public synchronized void plot(String curve, double epoch, double value) {
        readings.add(new PassRun.Reading(curve, epoch, value));
    }

    @Override
    public void checkCancelled() {
        if (cancelled.getAsBoolean()) {
            throw new CancelledException("stopped at the caller's wish");
        }
    }

    private static ModelRunner.Session noRunner(Model model, List<String> values) {
        throw new InvalidOptionException(
                "a model is to be run here, and the context has no runner; give it one, such as"
                        + " withRunner(new OrtRunner())");
    }

    private static Model noModel(String file) {
        throw new InvalidOptionException(
                "the model '%s' is needed here, and the context reads none; give it a reader: withModels(name -> ..)"
                        .formatted(file));
    }
}
