package dev.espalier.core.pass;

import dev.espalier.core.CompressionException;
import dev.espalier.core.PassFailedException;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Value;
import dev.espalier.core.profile.LayerKind;
import dev.espalier.core.profile.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Runs passes in order, and times, checks and records each. What is finished goes into a {@link
 * StepStore}, from which a later run goes on with the same result.
 *
 * <p>Each pass gets the environment with a seed of its own, the checkpoints of its place, what
 * layers are computed in when the last pass is done, and a log of its own, which its {@link
 * PassRun} is made of. Unless changed, what is recorded of a model between two passes are its
 * weights' bytes, its parameters and its operations.
 */
public final class Pipeline {
    private final List<Pass> passes;
    private final PassContext environment;
    private final PerPass perPass;
    private final Judge judge;
    private final Guard guard;
    private final Listener listener;

    /** Says what a pass's environment has of its own. */
    @FunctionalInterface
    public interface PerPass {
        /**
         * @param position of the pass, from 0
         * @param environment of all passes
         */
        PassContext context(int position, PassContext environment);
    }

    /** Says what is to be recorded of a model between two passes. */
    @FunctionalInterface
    public interface Judge {
        /**
         * @param passes how many the model is the result of
         */
        ModelFigures judge(Model model, int passes);

        /**
         * The same of a model that was proved to compute what the one before it does, whose metrics
         * need not be taken again.
         *
         * @param before of the model before
         */
        default ModelFigures judgeEqual(Model model, int passes, ModelFigures before) {
            return judge(model, passes);
        }
    }

    /** Watches over what passes lose. */
    @FunctionalInterface
    public interface Guard {
        /**
         * Returns what is to become of a pass's result: that itself, or something better.
         *
         * @param reference the network that losses are measured against: what the pass was given,
         *     or the first of those whose losses it was to recover
         * @param before what the pass was given
         * @param context of the pass
         */
        Guarded guarded(Pass pass, Model reference, Model before, Model after, PassContext context);

        /** Takes what there is. */
        Guard NONE = (pass, reference, before, after, context) -> new Guarded(after, context);
    }

    /**
     * What a guard returns.
     *
     * @param context in whose log the way there is told
     */
    public record Guarded(Model model, PassContext context) {}

    /** Told of every pass as it begins and ends. */
    public interface Listener {
        /**
         * @param position from 0
         */
        void begins(int position, int count, String id);

        /**
         * @param resumed whether an earlier run had finished it
         */
        void ended(int position, int count, PassRun run, boolean resumed);

        /** Does nothing. */
        Listener NONE =
                new Listener() {
                    @Override
                    public void begins(int position, int count, String id) {}

                    @Override
                    public void ended(int position, int count, PassRun run, boolean resumed) {}
                };
    }

    /**
     * What came out.
     *
     * @param runs one for each pass, in order
     */
    public record Result(Model model, List<PassRun> runs) {
        public Result {
            runs = List.copyOf(runs);
        }
    }

    /** What makes a model of a model. */
    private interface Step {
        Guarded apply(Pass pass, Model model, PassContext context);
    }

    /**
     * @param environment whose original the passes begin with and whose seed every pass derives its
     *     own from
     */
    public Pipeline(List<Pass> passes, PassContext environment) {
        this(
                List.copyOf(passes),
                environment,
                (position, all) -> all,
                (model, done) -> structure(model, environment.inputShapes()),
                Guard.NONE,
                Listener.NONE);
    }

    private Pipeline(
            List<Pass> passes,
            PassContext environment,
            PerPass perPass,
            Judge judge,
            Guard guard,
            Listener listener) {
        this.passes = passes;
        this.environment = environment;
        this.perPass = perPass;
        this.judge = judge;
        this.guard = guard;
        this.listener = listener;
    }

    private static ModelFigures structure(Model model, InputShapes shapes) {
        Cost cost = Cost.of(model, shapes.withBatch(1));
        return ModelFigures.of(cost.bytes(), cost);
    }

    /** This pipeline with an environment that differs from pass to pass. */
    public Pipeline withPerPass(PerPass changed) {
        return new Pipeline(passes, environment, changed, judge, guard, listener);
    }

    /** This pipeline with other records of the models between passes. */
    public Pipeline withJudge(Judge changed) {
        return new Pipeline(passes, environment, perPass, changed, guard, listener);
    }

    /**
     * This pipeline with somebody who watches over what passes lose. Passes behind which another
     * one recovers, see {@link Pass#recovers}, are judged together with that one.
     */
    public Pipeline withGuard(Guard changed) {
        return new Pipeline(passes, environment, perPass, judge, changed, listener);
    }

    /** This pipeline telling of each pass. */
    public Pipeline withListener(Listener changed) {
        return new Pipeline(passes, environment, perPass, judge, guard, changed);
    }

    /**
     * Runs all passes that {@code store} does not hold yet.
     *
     * @throws CompressionException of the kind that the failing pass threw, its message naming the
     *     pass and those before it
     */
    public Result run(StepStore store) {
        return run(
                store,
                (pass, model, context) -> new Guarded(pass.apply(model, context), context),
                guard);
    }

    /** The structure that all passes would give, without training, data or proofs. */
    public Result preview() {
        return run(
                StepStore.NONE,
                (pass, model, context) -> new Guarded(pass.preview(model, context), context),
                Guard.NONE);
    }

    /**
     * Takes part in one pass that another process leads; what that one then returns is its own.
     *
     * @param position of the pass, those before which {@code store} holds
     * @throws CompressionException as {@link #run} does
     */
    public void join(int position, StepStore store) {
        Model model = environment.original();
        if (position > 0) {
            model =
                    store.read(position - 1)
                            .orElseThrow(
                                    () ->
                                            new PassFailedException(
                                                    where(position)
                                                            + " cannot be joined: what the pass"
                                                            + " before it returned is not there"))
                            .model();
        }
        passes.get(position).apply(model, context(position, store));
    }

    private PassContext context(int position, StepStore store) {
        // Mixed, so that neighbouring seeds and places give unrelated numbers.
        long seed = new SplittableRandom(environment.seed() * 1_000_003 + position).nextLong();
        return ending(perPass.context(position, environment))
                .withSeed(seed)
                .withCheckpoints(store.checkpoints(position))
                .withLog(environment.log().fresh());
    }

    /** The context with what layers are computed in when the last pass is done. */
    private PassContext ending(PassContext context) {
        PassContext known = context;
        for (Pass pass : passes) {
            for (LayerKind kind : LayerKind.values()) {
                Optional<Precision> computed = pass.computes(kind);
                if (computed.isPresent()) {
                    known = known.withPrecision(kind, computed.get());
                }
            }
        }
        return known;
    }

    private Result run(StepStore store, Step step, Guard watching) {
        Model model = environment.original();
        Model reference = model;
        ModelFigures figures = null;
        List<PassRun> runs = new ArrayList<>();
        for (int i = 0; i < passes.size(); i++) {
            Optional<StepStore.Finished> finished = store.read(i);
            boolean resumed = finished.isPresent();
            if (!resumed) {
                listener.begins(i, passes.size(), PassRegistry.id(passes.get(i)));
                figures = figures == null ? judge.judge(model, 0) : figures;
                Step guarded = isJudged(i) ? guarded(step, watching, reference) : step;
                finished = Optional.of(one(model, figures, i, store, guarded));
                store.write(i, finished.get());
            }
            model = finished.get().model();
            PassRun run = finished.get().run();
            figures = run.after();
            reference = isJudged(i) ? model : reference;
            runs.add(run);
            listener.ended(i, passes.size(), run, resumed);
        }
        return new Result(model, runs);
    }

    /** Whether what is lost up to this pass stays lost. */
    private boolean isJudged(int position) {
        return !passes.get(position).prepares()
                && passes.subList(position + 1, passes.size()).stream().noneMatch(Pass::recovers);
    }

    private static Step guarded(Step step, Guard guard, Model reference) {
        return (pass, model, context) -> {
            Guarded made = step.apply(pass, model, context);
            boolean isSame =
                    made.model() == model
                            || model == reference
                                    && made.context().log().isProved(model, made.model());
            return isSame
                    ? made
                    : guard.guarded(pass, reference, model, made.model(), made.context());
        };
    }

    private StepStore.Finished one(
            Model model, ModelFigures before, int position, StepStore store, Step step) {
        Pass pass = passes.get(position);
        PassContext context = context(position, store);
        context.checkCancelled();
        long start = System.nanoTime();
        Guarded made;
        try {
            made = step.apply(pass, model, context);
            requireSameInterface(model, made.model());
        } catch (CompressionException e) {
            throw e.at(where(position));
        } catch (RuntimeException e) {
            throw new PassFailedException(where(position) + " failed: " + e, e);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Model after = made.model();
        boolean changed = after != model;
        ModelFigures figures =
                changed ? figures(model, before, after, position, made.context()) : before;
        return new StepStore.Finished(
                after,
                new PassRun(
                        PassRegistry.id(pass),
                        seconds,
                        changed,
                        before,
                        figures,
                        made.context().log().told()));
    }

    private ModelFigures figures(
            Model model, ModelFigures before, Model after, int position, PassContext context) {
        if (!context.log().isProved(model, after)) {
            return judge.judge(after, position + 1);
        }
        ModelFigures figures = judge.judgeEqual(after, position + 1, before);
        if (!before.metrics().isEmpty() && figures.metrics().equals(before.metrics())) {
            context.note("its metrics are those of the model before, which it was proved to equal");
        }
        return figures;
    }

    private static void requireSameInterface(Model before, Model after) {
        List<String> was = names(before);
        List<String> is = names(after);
        if (!was.equals(is)) {
            throw new PassFailedException(
                    "the model's inputs and outputs became " + is + ", they were " + was);
        }
    }

    private static List<String> names(Model model) {
        List<String> names = new ArrayList<>();
        model.graph().feeds().forEach(value -> names.add(typed(value)));
        names.add("->");
        model.graph().outputs().forEach(value -> names.add(typed(value)));
        return names;
    }

    private static String typed(Value value) {
        return value.name() + value.type().map(type -> ": " + type.dataType()).orElse("");
    }

    private String where(int position) {
        String before =
                passes.subList(0, position).stream()
                        .map(PassRegistry::id)
                        .collect(Collectors.joining(", "));
        return "pass %s of %s, '%s'%s"
                .formatted(
                        position + 1,
                        passes.size(),
                        PassRegistry.id(passes.get(position)),
                        before.isEmpty() ? "" : " (after " + before + ")");
    }
}
