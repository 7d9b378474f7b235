package dev.espalier.quantize;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
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
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Watches activations: one pass over the calibration samples, all values at once, nothing kept but
 * one {@link Observer} for each.
 *
 * <p>Samples run one at a time (or as many as a fixed first dimension of the model's input asks
 * for), since the runtime may sum in another order for another batch size: so the same samples give
 * the same result however they are ordered or delivered. They may differ in shape where the model's
 * inputs are open. Where the values of one sample would take too much memory together, several
 * {@link CalibrationPlan parts} of them are computed one after the other for each sample.
 *
 * <p>What was seen is kept in the host's cache, under a hash of the model, the watched values and
 * the samples.
 */
final class Calibrator {
    private final Model model;
    private final List<String> values;
    private final Map<String, Observer> observers = new TreeMap<>();

    /**
     * @param values which to watch
     */
    Calibrator(Model model, Collection<String> values) {
        this.model = model;
        this.values = values.stream().sorted().toList();
        values.forEach(value -> observers.put(value, new Observer()));
    }

    /**
     * Runs the model on all of the recipe's calibration samples.
     *
     * @return what was seen, by value
     * @throws UnsupportedModelException where an activation is not finite
     */
    Map<String, Observer> run(PassContext context) {
        Dataset samples = context.data().calibration();
        int batch = batchSize(model.graph().feeds());
        if (samples.size() < batch) {
            throw new DataException(
                    "calibration needs at least "
                            + batch
                            + " samples, as many as the model's input takes at once, and has "
                            + samples.size());
        }
        CalibrationCache cache = new CalibrationCache(context, model, values, batch);
        return cache.read()
                .orElseGet(
                        () -> {
                            observe(samples, batch, context);
                            cache.write(observers);
                            return observers;
                        });
    }

    private void observe(Dataset samples, int batch, PassContext context) {
        Map<String, Value> feeds = new HashMap<>();
        model.graph().feeds().forEach(feed -> feeds.put(feed.name(), feed));
        List<String> fed = values.stream().filter(feeds::containsKey).toList();
        List<String> computed = values.stream().filter(name -> !feeds.containsKey(name)).toList();
        CalibrationPlan plan = CalibrationPlan.of(model, computed, shapes(samples, batch));
        List<ModelRunner.Session> sessions = new ArrayList<>();
        try (Progress.Task task =
                context.progress()
                        .begin(plan.announcement(values.size()), samples.size(), "samples")) {
            for (List<String> part : plan.parts()) {
                sessions.add(context.runner().open(model, part));
            }
            for (int from = 0; from + batch <= samples.size(); from += batch) {
                context.checkCancelled();
                Batch inputs = samples.batch(IntStream.range(from, from + batch).toArray());
                for (int i = 0; i < sessions.size(); i++) {
                    Map<String, Tensor> seen = sessions.get(i).run(inputs.inputs());
                    // Counting takes longer than computing, and no value knows of another.
                    plan.parts().get(i).parallelStream()
                            .forEach(name -> observe(name, seen.get(name)));
                }
                fed.forEach(name -> observe(name, inputs.inputs().get(name)));
                task.advance(batch);
            }
        } finally {
            sessions.forEach(ModelRunner.Session::close);
        }
    }

    /** Those of the first samples; others may have others. */
    private static InputShapes shapes(Dataset samples, int batch) {
        Map<String, Shape> shapes = new HashMap<>();
        samples.batch(IntStream.range(0, batch).toArray())
                .inputs()
                .forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return new InputShapes(batch, shapes);
    }

    private static int batchSize(Iterable<Value> feeds) {
        for (Value feed : feeds) {
            var shape = feed.type().map(type -> type.shape()).orElse(null);
            if (shape != null && shape.isRanked() && shape.rank() > 0 && shape.dim(0).isFixed()) {
                return Math.toIntExact(Math.max(1, shape.size(0)));
            }
        }
        return 1;
    }

    private void observe(String name, Tensor value) {
        try {
            observers.get(name).add(value);
        } catch (IllegalArgumentException e) {
            throw new UnsupportedModelException(
                    "calibration found "
                            + e.getMessage()
                            + " in '"
                            + name
                            + "', which has no place on an integer grid; name the nodes around it"
                            + " under 'keep-float: {nodes: [..]}'",
                    e);
        }
    }
}
