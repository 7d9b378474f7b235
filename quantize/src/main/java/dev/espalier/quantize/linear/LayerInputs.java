package dev.espalier.quantize.linear;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner.Session;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.Progress;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/**
 * Shows what values of a model hold on the calibration samples: one pass over them, one sample at a
 * time (or as many as a fixed first dimension asks for), nothing kept.
 */
public final class LayerInputs {
    private LayerInputs() {}

    /**
     * Runs {@code model} on all calibration samples.
     *
     * @param values to be shown: inputs of the model or values that it computes
     * @param seen is told the name and the elements of each, for each run
     * @throws UnsupportedModelException where an element is not finite
     * @throws DataException where there are fewer samples than the model takes at once
     */
    public static void observe(
            Model model,
            Collection<String> values,
            PassContext context,
            BiConsumer<String, float[]> seen) {
        Dataset samples = context.data().calibration();
        Set<String> feeds = new HashSet<>();
        model.graph().feeds().forEach(feed -> feeds.add(feed.name()));
        List<String> computed =
                values.stream().filter(name -> !feeds.contains(name)).distinct().sorted().toList();
        List<String> fed = values.stream().filter(feeds::contains).distinct().sorted().toList();
        int batch = batchSize(model);
        if (samples.size() < batch) {
            throw new DataException(
                    "calibration needs at least %d samples, as many as the model's input takes at once, and has %d"
                            .formatted(batch, samples.size()));
        }
        try (Session session =
                        computed.isEmpty()
                                ? context.runner().open(model)
                                : context.runner().open(model, computed);
                Progress.Task task =
                        context.progress().begin("calibration", samples.size(), "samples")) {
            for (int from = 0; from + batch <= samples.size(); from += batch) {
                context.checkCancelled();
                Batch inputs = samples.batch(IntStream.range(from, from + batch).toArray());
                Map<String, Tensor> results = session.run(inputs.inputs());
                computed.forEach(name -> seen.accept(name, finite(name, results.get(name))));
                fed.forEach(name -> seen.accept(name, finite(name, inputs.inputs().get(name))));
                task.advance(batch);
            }
        }
    }

    private static int batchSize(Model model) {
        for (Value feed : model.graph().feeds()) {
            Shape shape = feed.type().map(type -> type.shape()).orElse(Shape.UNRANKED);
            Dim first = shape.isRanked() && shape.rank() > 0 ? shape.dim(0) : Dim.UNKNOWN;
            if (first.isFixed()) {
                return Math.toIntExact(Math.max(1, first.size()));
            }
        }
        return 1;
    }

    private static float[] finite(String name, Tensor tensor) {
        float[] elements = tensor.toFloats();
        for (float element : elements) {
            if (!Float.isFinite(element)) {
                throw new UnsupportedModelException(
                        "calibration found %s in '%s': statistics cannot be taken from activations that are not finite; check the data, or name the nodes around it under 'exclude'"
                                .formatted(element, name));
            }
        }
        return elements;
    }
}
