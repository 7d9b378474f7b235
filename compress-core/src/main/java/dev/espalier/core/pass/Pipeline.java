package dev.espalier.core.pass;

import dev.espalier.core.CompressionException;
import dev.espalier.core.PassFailedException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Runs passes in order, and times, checks and records each. What is finished goes into a {@link
 * StepStore}, from which a later run goes on with the same result.
 */
public final class Pipeline {
    private final List<Pass> passes;
    private final PipelineSetup setup;

    public Pipeline(List<Pass> passes, PipelineSetup setup) {
        this.passes = List.copyOf(passes);
        this.setup = setup;
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
     * Runs all passes that {@code store} does not hold yet.
     *
     * @throws CompressionException of the kind that the failing pass threw, its message naming the
     *     pass and those before it
     */
    public Result run(Model original, StepStore store) {
        return run(original, store, Pass::apply);
    }

    /** The structure that all passes would give, without training, data or proofs. */
    public Result preview(Model original) {
        return run(original, StepStore.NONE, Pass::preview);
    }

    /**
     * Takes part in one pass that another process leads; what that one then returns is its own.
     *
     * @param position of the pass, those before which {@code store} holds
     * @throws CompressionException as {@link #run} does
     */
    public void join(Model original, int position, StepStore store) {
        Model model = original;
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
        passes.get(position)
                .apply(
                        model,
                        new RunningContext(setup, original, position, store.checkpoints(position)));
    }

    private Result run(Model original, StepStore store, Step step) {
        Model model = original;
        ModelFigures figures = null;
        List<PassRun> runs = new ArrayList<>();
        for (int i = 0; i < passes.size(); i++) {
            Optional<StepStore.Finished> finished = store.read(i);
            boolean resumed = finished.isPresent();
            if (!resumed) {
                setup.listener().begins(i, passes.size(), PassRegistry.id(passes.get(i)));
                figures = figures == null ? setup.judge().judge(original, 0) : figures;
                finished = Optional.of(one(original, model, figures, i, store, step));
                store.write(i, finished.get());
            }
            model = finished.get().model();
            PassRun run = finished.get().run();
            figures = run.after();
            runs.add(run);
            setup.listener().ended(i, passes.size(), run, resumed);
        }
        return new Result(model, runs);
    }

    private StepStore.Finished one(
            Model original,
            Model model,
            ModelFigures before,
            int position,
            StepStore store,
            Step step) {
        Pass pass = passes.get(position);
        RunningContext context =
                new RunningContext(setup, original, position, store.checkpoints(position));
        context.checkCancelled();
        long start = System.nanoTime();
        Model after;
        try {
            after = step.apply(pass, model, context);
            requireSameInterface(model, after);
        } catch (CompressionException e) {
            throw e.at(where(position));
        } catch (RuntimeException e) {
            throw new PassFailedException(where(position) + " broke off: " + e, e);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        boolean changed = after != model;
        ModelFigures figures = changed ? setup.judge().judge(after, position + 1) : before;
        return new StepStore.Finished(
                after, context.run(PassRegistry.id(pass), seconds, changed, before, figures));
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
        return "pass %d of %d, '%s'%s"
                .formatted(
                        position + 1,
                        passes.size(),
                        PassRegistry.id(passes.get(position)),
                        before.isEmpty() ? "" : " (after " + before + ")");
    }
}
