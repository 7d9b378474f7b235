package dev.espalier.quantize.internal.calibration;

import dev.espalier.core.DataException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * One pass over the calibration samples, on which all watched values of a model are shown and
 * nothing is kept.
 *
 * <p>Samples run one at a time (or as many as a fixed first dimension of the model's input asks
 * for), since the runtime may sum in another order for another batch size: so the same samples give
 * the same values however they are ordered or delivered. They may differ in shape where the model's
 * inputs are open. Where the values of one sample would take too much memory together, several
 * {@link CalibrationPlan parts} of them are computed one after the other for each sample.
 */
public final class ActivationStream {
    private final Model model;
    private final List<String> values;
    private final List<String> fed;
    private final long bytesKept;

    /**
     * @param values inputs of the model or values that it computes
     * @param bytesKept what the one who looks keeps of all values together, for the announcement
     */
    public ActivationStream(Model model, Collection<String> values, long bytesKept) {
        this.model = model;
        this.values = values.stream().distinct().sorted().toList();
        this.fed =
                model.graph().feeds().stream()
                        .map(Value::name)
                        .filter(this.values::contains)
                        .toList();
        this.bytesKept = bytesKept;
    }

    /**
     * Looks at one value of one run.
     *
     * @param <A> what it is counted in
     */
    public interface Look<A> {
        /**
         * @param into is changed
         * @param value must not be kept, the next run may write to its memory
         * @param example the first of those that the run is on, counted from 0
         */
        void at(A into, String name, Tensor value, int example);
    }

    /** Looks at one value of one run, and counts in what it has at hand. */
    public interface Sight {
        /**
         * @param value must not be kept, the next run may write to its memory
         * @param example the first of those that the run is on, counted from 0
         */
        void at(String name, Tensor value, int example);
    }

    /** How many samples one run takes. */
    int batch() {
        for (Value feed : model.graph().feeds()) {
            Shape shape = feed.type().map(type -> type.shape()).orElse(Shape.UNRANKED);
            Dim first = shape.isRanked() && shape.rank() > 0 ? shape.dim(0) : Dim.UNKNOWN;
            if (first.isFixed()) {
                return Math.toIntExact(Math.max(1, first.size()));
            }
        }
        return 1;
    }

    /**
     * Runs the model on all calibration samples, one after the other, for statistics whose sums
     * depend on the order.
     *
     * @param seen is shown each value of each run
     * @throws DataException where there are fewer samples than the model takes at once
     */
    public void show(PassContext context, Sight seen) {
        run(context, 1, () -> seen, Sight::at, (one, other) -> one);
    }

    /**
     * Runs the model on all calibration samples, on all cores, each of which counts for itself.
     *
     * @param own gives a core what it counts in
     * @param sum of what two cores counted, for which it must not matter who saw which sample
     * @throws DataException where there are fewer samples than the model takes at once
     */
    <A> A count(PassContext context, Supplier<A> own, Look<A> look, BinaryOperator<A> sum) {
        return run(context, Runtime.getRuntime().availableProcessors(), own, look, sum);
    }

    private <A> A run(
            PassContext context, int most, Supplier<A> own, Look<A> look, BinaryOperator<A> sum) {
        Dataset samples = context.data().calibration();
        if (samples.size() < batch()) {
            throw new DataException(
                    "calibration needs at least %s samples, as many as the model's input takes at once, and has %s"
                            .formatted(batch(), samples.size()));
        }
        List<String> computed = values.stream().filter(name -> !fed.contains(name)).toList();
        CalibrationPlan plan = CalibrationPlan.of(model, computed, shapes(samples));
        int atOnce = plan.atOnce(Math.min(most, samples.size() / batch()));
        // A run on a thread of its own is done sooner than runs that wait for each other's threads.
        ModelRunner runner =
                atOnce == 1 ? context.runner() : context.runner().withThreads(most / atOnce);
        List<ModelRunner.Session> sessions = new ArrayList<>();
        try (Progress.Task task =
                context.progress()
                        .begin(
                                plan.announcement(values.size(), bytesKept, atOnce),
                                samples.size(),
                                "samples")) {
            for (List<String> part : plan.parts()) {
                sessions.add(runner.open(model, part));
            }
            AtomicInteger next = new AtomicInteger();
            Runnable afterEach =
                    () -> {
                        context.checkCancelled();
                        task.advance(batch());
                    };
            return IntStream.range(0, atOnce)
                    .parallel()
                    .mapToObj(
                            i -> {
                                A into = own.get();
                                Sight seen = (name, x, example) -> look.at(into, name, x, example);
                                take(samples, sessions, next, seen, afterEach);
                                return into;
                            })
                    .reduce(sum)
                    .orElseThrow();
        } finally {
            sessions.forEach(ModelRunner.Session::close);
        }
    }

    /** Takes samples until none is left. */
    private void take(
            Dataset samples,
            List<ModelRunner.Session> sessions,
            AtomicInteger next,
            Sight seen,
            Runnable afterEach) {
        int batch = batch();
        try {
            int from = next.getAndAdd(batch);
            while (from + batch <= samples.size()) {
                Map<String, Tensor> inputs =
                        samples.batch(IntStream.range(from, from + batch).toArray()).inputs();
                int first = from;
                BiConsumer<String, Tensor> look = (name, value) -> seen.at(name, value, first);
                sessions.forEach(session -> session.run(inputs, look));
                fed.forEach(name -> look.accept(name, inputs.get(name)));
                afterEach.run();
                from = next.getAndAdd(batch);
            }
        } catch (RuntimeException e) {
            // Nobody needs the rest.
            next.set(samples.size());
            throw e;
        }
    }

    /** Those of the first samples; others may have others. */
    private InputShapes shapes(Dataset samples) {
        Map<String, Shape> shapes = new HashMap<>();
        samples.batch(IntStream.range(0, batch()).toArray())
                .inputs()
                .forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return new InputShapes(batch(), shapes);
    }
}
