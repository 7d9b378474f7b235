package dev.espalier;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.data.stored.DataLoader;
import dev.espalier.core.guard.AccuracyGuard;
import dev.espalier.core.internal.profile.MeasuringProfiler;
import dev.espalier.core.ir.Model;
import dev.espalier.core.onnx.OnnxWriter;
import dev.espalier.core.pass.Host;
import dev.espalier.core.pass.ModelFigures;
import dev.espalier.core.pass.ModelTimer;
import dev.espalier.core.pass.ObservedRun;
import dev.espalier.core.pass.Pass;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.Pipeline;
import dev.espalier.core.pass.Profiler;
import dev.espalier.core.pass.Progress;
import dev.espalier.core.pass.Workers;
import dev.espalier.core.recipe.DataOptions;
import dev.espalier.core.recipe.Recipe;
import dev.espalier.core.recipe.RecipeReader;
import dev.espalier.input.ModelFile;
import dev.espalier.internal.input.CacheFolder;
import dev.espalier.internal.input.ProfileStore;
import dev.espalier.internal.input.RecipePaths;
import dev.espalier.internal.judge.ModelMetrics;
import dev.espalier.internal.output.RunFolder;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import dev.espalier.runtime.Stopwatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A recipe with its model and data at hand.
 *
 * @param recipe with absolute paths
 * @param dataPath where the data lies, null without data
 * @param splits of the data, null without data
 * @param shapes what the recipe states of the inputs' sizes, and the sizes of the data where it
 *     states nothing
 */
record Workbench(
        Recipe recipe, ModelFile original, Path dataPath, DataSplits splits, InputShapes shapes) {
    /** What every pipeline does before and after the recipe's passes. */
    private static final String FIRST = "simplify";

    private static final String LAST = "fold-batch-norm";

    /** What comes before all others where the model is of an operator set before this one. */
    private static final String UPGRADE = "upgrade-opset";

    private static final long NEWEST_TO_UPGRADE = 12;

    /**
     * Reads the recipe's model and opens its data.
     *
     * @param withData whether the data is wanted
     */
    static Workbench open(Recipe recipe, Path file, boolean withData) {
        RecipePaths paths = new RecipePaths(file);
        String name =
                recipe.model()
                        .orElseThrow(
                                () ->
                                        new InvalidOptionException(
                                                file
                                                        + ": the recipe names no model; add 'model:'"
                                                        + " or give one with --model"));
        Path modelPath = paths.require(name, "model");
        ModelFile original = ModelFile.read(modelPath);
        Recipe resolved =
                recipe.withModel(Optional.of(modelPath.toString()))
                        .withPasses(found(recipe, paths));
        Path dataPath = null;
        DataSplits splits = null;
        boolean isOpen = !recipe.shapes().leavesOpen(original.model()).isEmpty();
        if (recipe.data().isPresent() && (withData || isOpen)) {
            DataOptions data = recipe.data().get();
            dataPath = paths.require(data.path(), "data");
            resolved = resolved.withData(Optional.of(data.withPath(dataPath.toString())));
            splits = DataLoader.open(data.at(dataPath), original.model(), recipe.seed());
        }
        InputShapes shapes = recipe.shapes();
        if (isOpen && splits != null) {
            shapes = shapes.withSamples(original.model(), splits.validation().sampleTypes());
        }
        return new Workbench(resolved, original, dataPath, splits, shapes);
    }

    /** The passes with the models that they name as absolute paths; those must be there. */
    private static List<Pass> found(Recipe recipe, RecipePaths paths) {
        return recipe.passes().stream()
                .map(
                        pass ->
                                pass.withModels(
                                        pass.models().stream()
                                                .map(name -> found(name, pass, paths))
                                                .toList()))
                .toList();
    }

    private static String found(String name, Pass pass, RecipePaths paths) {
        return paths.find(name)
                .map(ModelFile::read) // What is no model is better refused now than after hours.
                .map(model -> model.path().toString())
                .orElseThrow(
                        () ->
                                new InvalidOptionException(
                                        "%s: pass '%s' reads the model '%s', which is neither beside the recipe nor in %s"
                                                .formatted(
                                                        paths.recipe(),
                                                        PassRegistry.id(pass),
                                                        name,
                                                        Path.of("").toAbsolutePath())));
    }

    /** Files of the further models that passes read. */
    List<Path> models() {
        return recipe.passes().stream()
                .flatMap(pass -> pass.models().stream())
                .map(Path::of)
                .distinct()
                .toList();
    }

    /** Tries the models that the recipe names, of which none was run yet. */
    void tryOut(ForeignModels foreign) {
        foreign.tryOut(original, shapes());
        models().forEach(file -> foreign.tryOut(ModelFile.read(file), shapes()));
    }

    Optional<DataSplits> data() {
        return Optional.ofNullable(splits);
    }

    /** This with somebody who runs a model to find out what no operator's rule tells. */
    Workbench observing(ModelRunner runner) {
        return new Workbench(
                recipe, original, dataPath, splits, shapes.withObserved(new ObservedRun(runner)));
    }

    /** The recipe's passes between those that every pipeline has. */
    List<Pass> passes() {
        RecipeReader reader = new RecipeReader(PassRegistry.load());
        List<Pass> passes = new ArrayList<>();
        first().forEach(id -> passes.add(reader.standard(id)));
        passes.addAll(recipe.passes());
        passes.add(reader.standard(LAST));
        return passes;
    }

    private List<String> first() {
        return original.model().opset() > NEWEST_TO_UPGRADE
                ? List.of(FIRST)
                : List.of(UPGRADE, FIRST);
    }

    /** Whether the pass at {@code position} is the recipe's, and none that every pipeline has. */
    boolean isOwn(int position) {
        int first = first().size();
        return position >= first && position < first + recipe.passes().size();
    }

    /** Size and operations; bytes as written to a file. */
    ModelFigures structure(Model model) {
        Cost cost = Cost.of(model, shapes().withBatch(1));
        return ModelFigures.of(OnnxWriter.size(model), cost);
    }

    /** {@link #structure}, and the metrics on the validation split where there is data. */
    ModelFigures judge(Model model, Progress progress) {
        ModelFigures figures = structure(model);
        if (!judges(DataSplits::validation)) {
            return figures;
        }
        Dataset validation = splits.validation();
        Map<String, Double> found = metrics().on(model, validation, progress);
        return figures.withMetrics(found, "validation", validation.size());
    }

    /** What models are judged by. */
    ModelMetrics metrics() {
        return ModelMetrics.of(recipe, original.model());
    }

    /** Whether there is anything to judge models by on a part of the data. */
    boolean judges(Function<DataSplits, Dataset> split) {
        return splits != null && metrics().judges(split.apply(splits));
    }

    /**
     * Refuses metrics that cannot judge the original, before any work.
     *
     * @throws dev.espalier.core.DataException naming the metric
     */
    void checkMetrics() {
        if (splits != null) {
            metrics().tryOut(splits.validation());
            metrics().tryOut(splits.test());
        }
    }

    /**
     * The recipe's pipeline.
     *
     * @param folder that the result is made in
     * @param metrics of the original
     */
    Pipeline pipeline(
            Compression asked, ForeignModels foreign, RunFolder folder, OriginalMetrics metrics) {
        Progress progress = asked.progress();
        int own = firstOnData();
        PassContext environment =
                environment(asked).withProgress(progress).withReproducer(folder.reproducer());
        return guarded(new Pipeline(passes(), environment))
                .withPerPass(
                        (position, all) ->
                                all.withRunner(position < own ? foreign.runner() : new OrtRunner())
                                        .withWorkers(
                                                asked.workers(folder.work(), recipe, position)))
                .withJudge(new ModelJudge(this, foreign, own, metrics, progress));
    }

    /** The pipeline with the recipe's guard. */
    private Pipeline guarded(Pipeline pipeline) {
        return guard().map(pipeline::withGuard).orElse(pipeline);
    }

    private Optional<AccuracyGuard> guard() {
        return recipe.guard()
                .bound()
                .map(bound -> new AccuracyGuard(bound, recipe.guard().samples()));
    }

    /**
     * Refuses a guard that can judge nothing, before any work.
     *
     * @throws InvalidOptionException where there are no examples to judge by, or too few
     */
    void checkGuard() {
        PassContext context = PassContext.of(original.model());
        PassContext all = data().map(context::withData).orElse(context);
        guard().ifPresent(guard -> guard.check(original.model(), all));
    }

    /**
     * Position of the first pass that trains or calibrates: from then on a model has been run on
     * many examples, and what becomes of it is of Espalier's making.
     */
    private int firstOnData() {
        // Those before the recipe's passes need no data.
        int first = first().size();
        for (Pass pass : recipe.passes()) {
            if (pass.needsData()) {
                return first;
            }
            first++;
        }
        return first;
    }

    /** What all of the recipe's passes run in; it shows and keeps nothing. */
    private PassContext environment(Compression asked) {
        int threads = recipe.benchmark().threads().get(0);
        Stopwatch timer = new Stopwatch(threads, shapes(), recipe.seed());
        PassContext environment =
                PassContext.of(original.model())
                        .withSeed(recipe.seed())
                        .withInputShapes(shapes())
                        .withModels(Workbench::model)
                        .withHost(
                                new Host(
                                        CacheFolder.ofUser(),
                                        Optional.of(timer),
                                        Optional.of(profiler(asked, timer, threads))))
                        .withCancellation(asked.cancelled());
        return data().map(environment::withData).orElse(environment);
    }

    /** Measures what passes ask of the machine and nobody asked before; that is shown. */
    private static Profiler profiler(Compression asked, ModelTimer timer, int threads) {
        return new MeasuringProfiler(
                ProfileStore.ofUser(threads, asked.listener()),
                timer,
                asked.progress().stoppable(asked.cancelled()));
    }

    /** The recipe's pipeline for a preview. */
    Pipeline preview(Compression asked, ForeignModels foreign) {
        return new Pipeline(passes(), environment(asked).withRunner(foreign.runner()))
                .withJudge((model, passes) -> structure(model));
    }

    /**
     * The recipe's pipeline for a process that takes part in one pass of it.
     *
     * @param threads that it may use
     */
    Pipeline joining(Compression asked, Workers leader, int threads) {
        SessionSettings settings = SessionSettings.DEFAULT.withThreads(threads);
        return new Pipeline(
                passes(),
                environment(asked).withRunner(new OrtRunner(settings)).withWorkers(leader));
    }

    private static Model model(String file) {
        return ModelFile.read(Path.of(file)).model();
    }
}
