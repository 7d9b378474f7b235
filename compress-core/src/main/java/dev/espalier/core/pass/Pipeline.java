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
    }

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
        Model apply(Pass pass, Model model, PassContext context);
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
                Listener.NONE);
    }

    private Pipeline(
            List<Pass> passes,
            PassContext environment,
            PerPass perPass,
            Judge judge,
            Listener listener) {
        this.passes = passes;
        this.environment = environment;
        this.perPass = perPass;
        this.judge = judge;
        this.listener = listener;
    }

    private static ModelFigures structure(Model model, InputShapes shapes) {
        Cost cost = Cost.of(model, shapes.withBatch(1));
        return ModelFigures.of(cost.bytes(), cost.parameters(), cost.macs());
    }

    /** This pipeline with an environment that differs from pass to pass. */
    public Pipeline withPerPass(PerPass changed) {
        return new Pipeline(passes, environment, changed, judge, listener);
    }

    /** This pipeline with other records of the models between passes. */
    public Pipeline withJudge(Judge changed) {
        return new Pipeline(passes, environment, perPass, changed, listener);
    }

    /** This pipeline telling of each pass. */
    public Pipeline withListener(Listener changed) {
        return new Pipeline(passes, environment, perPass, judge, changed);
    }

    /**
     * Runs all passes that {@code store} does not hold yet.
     *
     * @throws CompressionException of the kind that the failing pass threw, its message naming the
     *     pass and those before it
     */
    public Result run(StepStore store) {
        return run(store, Pass::apply);
    }

    /** The structure that all passes would give, without training, data or proofs. */
    public Result preview() {
        return run(StepStore.NONE, Pass::preview);
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

    private Result run(StepStore store, Step step) {
        Model model = environment.original();
        ModelFigures figures = null;
        List<PassRun> runs = new ArrayList<>();
        for (int i = 0; i < passes.size(); i++) {
            Optional<StepStore.Finished> finished = store.read(i);
            boolean resumed = finished.isPresent();
            if (!resumed) {
                listener.begins(i, passes.size(), PassRegistry.id(passes.get(i)));
                figures = figures == null ? judge.judge(model, 0) : figures;
                finished = Optional.of(one(model, figures, i, store, step));
                store.write(i, finished.get());
            }
            model = finished.get().model();
            PassRun run = finished.get().run();
            figures = run.after();
            runs.add(run);
            listener.ended(i, passes.size(), run, resumed);
        }
        return new Result(model, runs);
    }

    private StepStore.Finished one(
            Model model, ModelFigures before, int position, StepStore store, Step step) {
        Pass pass = passes.get(position);
        PassContext context = context(position, store);
        context.checkCancelled();
        long start = System.nanoTime();
        Model after;
        try {
            after = step.apply(pass, model, context);
            requireSameInterface(model, after);
        } catch (CompressionException e) {
            throw e.at(where(position));
        } catch (RuntimeException e) {
            throw new PassFailedException(where(position) + " failed: " + e, e);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        boolean changed = after != model;
        ModelFigures figures = changed ? judge.judge(after, position + 1) : before;
        PassLog told = context.log();
        return new StepStore.Finished(
                after,
                new PassRun(
                        PassRegistry.id(pass),
                        seconds,
                        changed,
                        before,
                        figures,
                        told.notes(),
                        told.skips(),
                        told.readings(),
                        told.misses()));
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
