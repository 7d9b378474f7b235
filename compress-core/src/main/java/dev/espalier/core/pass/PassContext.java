package dev.espalier.core.pass;

import dev.espalier.core.CancelledException;
import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.Precision;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a pass may use of the world around it, and where it tells what it did.
 *
 * <pre>{@code
 * PassContext context = PassContext.of(model).withRunner(new OrtRunner());
 * Model pruned = Options.defaults(Prune.class).withMacs(0.5).apply(model, context);
 * context.notes().forEach(System.out::println);
 * }</pre>
 *
 * <p>Unless changed: seed 17, free first dimensions of 1, layers in float, no data, no runner, no
 * progress, no checkpoints. A context never changes: each {@code with} gives another one that keeps
 * all the rest, the log included, so that a trial or a part of the work has what the work around it
 * has. Many threads may use one.
 */
public final class PassContext {
    /** What a note begins with that nobody should miss. */
    public static final String WARNING = "warning: ";

    private static final long SEED = 17;

    private final Model original;
    private long seed = SEED;
    private InputShapes inputShapes = InputShapes.ofBatch(1);
    private Optional<DataSplits> data = Optional.empty();
    private ModelRunner runner = PassContext::noRunner;
    private Host host = Host.NONE;
    private Map<LayerKind, Precision> precision = Map.of();
    private Function<String, Model> models = PassContext::noModel;
    private Progress progress = Progress.SILENT;
    private Checkpoints checkpoints = Checkpoints.NONE;
    private Workers workers = Workers.NONE;
    private Reproducer reproducer = Reproducer.NONE;
    private BooleanSupplier cancelled = () -> false;
    private PassLog log = new PassLog();

    private PassContext(Model original) {
        this.original = original;
    }

    /**
     * @param original the model that the work begins with: the teacher of a distillation, and what
     *     budgets are shares of
     */
    public static PassContext of(Model original) {
        return new PassContext(original);
    }

    private PassContext with(Consumer<PassContext> change) {
        PassContext changed = new PassContext(original);
        changed.seed = seed;
        changed.inputShapes = inputShapes;
        changed.data = data;
        changed.runner = runner;
        changed.host = host;
        changed.precision = precision;
        changed.models = models;
        changed.progress = progress;
        changed.checkpoints = checkpoints;
        changed.workers = workers;
        changed.reproducer = reproducer;
        changed.cancelled = cancelled;
        changed.log = log;
        change.accept(changed);
        return changed;
    }

    /** This context with another seed; two passes in a row should not have the same. */
    public PassContext withSeed(long value) {
        return with(changed -> changed.seed = value);
    }

    /** This context with sizes for what the model's inputs leave open. */
    public PassContext withInputShapes(InputShapes shapes) {
        return with(changed -> changed.inputShapes = shapes);
    }

    /** This context with examples, which training, calibration and recovery need. */
    public PassContext withData(DataSplits splits) {
        return with(changed -> changed.data = Optional.of(splits));
    }

    /** This context with what runs models, which proofs and validation need. */
    public PassContext withRunner(ModelRunner value) {
        return with(changed -> changed.runner = value);
    }

    /** This context with a cache, and a timer where passes shall decide by latency. */
    public PassContext withHost(Host value) {
        return with(changed -> changed.host = value);
    }

    /**
     * This context with what layers of {@code kind} are computed in when all is done, so that a
     * pass may decide for that; a pipeline sets it by the last pass that {@linkplain Pass#computes
     * says so}.
     */
    public PassContext withPrecision(LayerKind kind, Precision value) {
        Map<LayerKind, Precision> all = new EnumMap<>(LayerKind.class);
        all.putAll(precision);
        all.put(kind, value);
        return with(changed -> changed.precision = Map.copyOf(all));
    }

    /** This context with layers of all kinds computed so when all is done. */
    public PassContext withPrecision(Precision value) {
        PassContext changed = this;
        for (LayerKind kind : LayerKind.values()) {
            changed = changed.withPrecision(kind, value);
        }
        return changed;
    }

    /**
     * This context with a reader of the further models that passes name, such as the files of
     * teachers.
     */
    public PassContext withModels(Function<String, Model> reader) {
        return with(changed -> changed.models = reader);
    }

    /** This context with a place to show how far long work is. */
    public PassContext withProgress(Progress value) {
        return with(changed -> changed.progress = value);
    }

    /** This context with a place from which training goes on after a kill. */
    public PassContext withCheckpoints(Checkpoints value) {
        return with(changed -> changed.checkpoints = value);
    }

    /** This context with further processes that may take part. */
    public PassContext withWorkers(Workers value) {
        return with(changed -> changed.workers = value);
    }

    /** This context with a place for what a failed proof failed on. */
    public PassContext withReproducer(Reproducer value) {
        return with(changed -> changed.reproducer = value);
    }

    /** This context with a question that is asked between two steps of long work. */
    public PassContext withCancellation(BooleanSupplier isAsked) {
        return with(changed -> changed.cancelled = isAsked);
    }

    /** This context telling each note, and each refusal with where and why, as soon as it comes. */
    public PassContext withListener(Consumer<String> lines) {
        return withLog(log.withListener(lines));
    }

    /** This context with another place for what passes tell. */
    public PassContext withLog(PassLog value) {
        return with(changed -> changed.log = value);
    }

    /**
     * This context for one part of the work: its checkpoints are its own, and what it tells and
     * shows has {@code name} in front.
     */
    public PassContext part(String name) {
        return withLog(log.part(name))
                .withProgress(progress.named(name))
                .withCheckpoints(checkpoints.under(name.replace(' ', '-') + "-"));
    }

    /** This context for work that is thrown away: nothing that it tells, shows or keeps remains. */
    public PassContext trial() {
        return withLog(new PassLog())
                .withProgress(Progress.SILENT)
                .withCheckpoints(Checkpoints.NONE);
    }

    /** Seed of this pass's randomness: from the recipe's seed and the pass's place in it. */
    public long seed() {
        return seed;
    }

    /**
     * The model that the recipe began with: the teacher of a distillation, the truth of a proof.
     */
    public Model original() {
        return original;
    }

    /**
     * A further model, by one of the names that {@link Pass#models} gave.
     *
     * @throws dev.espalier.core.ModelFormatException where it is no model
     * @throws InvalidOptionException where this context reads none
     */
    public Model model(String file) {
        return models.apply(file);
    }

    /**
     * The examples.
     *
     * @throws InvalidOptionException where there are none
     */
    public DataSplits data() {
        return data.orElseThrow(
                () ->
                        new InvalidOptionException(
                                "data is needed here, and the recipe has no data block; a program"
                                        + " gives some by withData(DataSplits.of(examples))"));
    }

    /** Whether {@link #data} may be called. */
    public boolean hasData() {
        return data.isPresent();
    }

    /** On which models are run. */
    public ModelRunner runner() {
        return runner;
    }

    /** The machine that the pass runs on. */
    public Host host() {
        return host;
    }

    /** What layers of {@code kind} are computed in when the last pass is done. */
    public Precision precision(LayerKind kind) {
        return precision.getOrDefault(kind, Precision.FLOAT);
    }

    /** Sizes for the free dimensions of the model's inputs. */
    public InputShapes inputShapes() {
        return inputShapes;
    }

    /** Where long work shows how far it is. */
    public Progress progress() {
        return progress;
    }

    /** Where long work keeps what it needs to go on after a kill. */
    public Checkpoints checkpoints() {
        return checkpoints;
    }

    /** Further processes that may take part. */
    public Workers workers() {
        return workers;
    }

    /** Where a failed proof leaves what is needed to repeat it. */
    public Reproducer reproducer() {
        return reproducer;
    }

    /** What was told so far. */
    public PassLog log() {
        return log;
    }

    /** {@link PassLog#notes} of the log. */
    public List<String> notes() {
        return log.notes();
    }

    /** {@link PassLog#skips} of the log. */
    public List<PassRun.Skip> skips() {
        return log.skips();
    }

    /** {@link PassLog#readings} of the log. */
    public List<PassRun.Reading> readings() {
        return log.readings();
    }

    /** A sentence for the report about what was done. */
    public void note(String text) {
        log.note(text);
    }

    /** A note that nobody should miss: it also stands on the terminal and at the report's top. */
    public void warn(String text) {
        note(WARNING + text);
    }

    /** A refused rewrite: {@code where} names the node or value, {@code reason} says why. */
    public void skipped(String where, String reason) {
        log.skipped(new PassRun.Skip(where, reason));
    }

    /**
     * Something that the options ask for and the result does not reach. The result is the best
     * attempt, and the run as a whole has missed a goal.
     *
     * @param option by its path in the recipe, such as {@code group-conv.target.removed}
     * @param asked the recipe's number
     * @param found what was reached, in the same unit
     */
    public void missed(String option, double asked, double found) {
        log.missed(new PassRun.Miss(option, asked, found));
    }

    /**
     * A figure that is taken again and again, for the curves in the report.
     *
     * @param curve what it is, such as {@code training loss}
     * @param epoch how far the work is; fractions are fine
     */
    public void plot(String curve, double epoch, double value) {
        log.plot(curve, epoch, value);
    }

    /** What a guard tried, for the table in the report. */
    public void attempted(List<PassRun.Attempt> attempts) {
        log.attempted(attempts);
    }

    /**
     * How much of the output's error comes from each layer, for the bars in the report.
     *
     * @param errors the greatest first
     */
    public void layerErrors(List<PassRun.LayerError> errors) {
        log.layerErrors(errors);
    }

    /**
     * Called between two steps of long work.
     *
     * @throws CancelledException where the user asked to stop
     */
    public void checkCancelled() {
        if (cancelled.getAsBoolean()) {
            throw new CancelledException("stopped at the user's wish");
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
