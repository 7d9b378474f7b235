package dev.espalier.quantize;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Finds the ranges of activations: one pass over the calibration samples, all values at once,
 * nothing kept but one {@link Histogram} for each group of values.
 *
 * <p>Samples run one at a time (or as many as a fixed first dimension of the model's input asks
 * for), since the runtime may sum in another order for another batch size: so the same samples give
 * the same ranges however they are ordered or delivered.
 */
final class Calibrator {
    private final Model model;
    private final Map<String, String> groups;
    private final Map<String, Histogram> histograms = new HashMap<>();

    /**
     * @param groups which values to watch, each with the name of the group whose range it counts
     *     for
     */
    Calibrator(Model model, Map<String, String> groups) {
        this.model = model;
        this.groups = Map.copyOf(groups);
        groups.values().forEach(group -> histograms.put(group, new Histogram()));
    }

    /**
     * Runs the model on all of the recipe's calibration samples.
     *
     * @return what was seen, by group
     * @throws UnsupportedModelException where an activation is not finite
     */
    Map<String, Histogram> run(PassContext context) {
        Dataset samples = context.data().calibration();
        Map<String, Value> feeds = new HashMap<>();
        model.graph().feeds().forEach(feed -> feeds.put(feed.name(), feed));
        List<String> fed = groups.keySet().stream().filter(feeds::containsKey).toList();
        List<String> computed =
                groups.keySet().stream().filter(name -> !feeds.containsKey(name)).sorted().toList();
        int batch = batchSize(feeds.values());
        if (samples.size() < batch) {
            throw new DataException(
                    "calibration needs at least "
                            + batch
                            + " samples, as many as the model's input takes at once, and has "
                            + samples.size());
        }
        // A session has to be asked for something: at least the outputs.
        try (ModelRunner.Session session =
                        computed.isEmpty()
                                ? context.runner().open(model)
                                : context.runner().open(model, computed);
                Progress.Task task =
                        context.progress().begin("calibration", samples.size(), "samples")) {
            for (int from = 0; from + batch <= samples.size(); from += batch) {
                context.checkCancelled();
                Batch inputs = samples.batch(IntStream.range(from, from + batch).toArray());
                Map<String, Tensor> values = session.run(inputs.inputs());
                computed.forEach(name -> observe(name, values.get(name)));
                fed.forEach(name -> observe(name, inputs.inputs().get(name)));
                task.advance(batch);
            }
        }
        return histograms;
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
            histograms.get(groups.get(name)).add(value.toFloats());
        } catch (IllegalArgumentException e) {
            throw new UnsupportedModelException(
                    "calibration found "
                            + e.getMessage()
                            + " in '"
                            + name
                            + "', which has no place on an integer grid; name the nodes around it"
                            + " under 'exclude'",
                    e);
        }
    }
}
