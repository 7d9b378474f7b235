package dev.espalier.core.pass;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.InputBatches;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What a {@link Proof} runs both models on.
 *
 * @param samples examples in all batches
 * @param realSamples how many of them came from the recipe's data
 */
record ProofInputs(List<Map<String, Tensor>> batches, int samples, int realSamples) {
    /** Real examples, where the recipe has data; as many as are checked in a second or so. */
    private static final int REAL_SAMPLES = 32;

    private static final int RANDOM_BATCHES = 2;
    private static final int RANDOM_BATCH = 2;

    /** In batches of sizes that a model with an open batch takes all the same. */
    static ProofInputs of(Model model, PassContext context) {
        List<Map<String, Tensor>> real =
                context.hasData()
                        ? InputBatches.of(model, context.data().calibration(), REAL_SAMPLES)
                        : List.of();
        return of(model, context, real, RANDOM_BATCH);
    }

    /**
     * In batches of the size that the recipe states; empty where that gives no other shapes than
     * {@link #of}.
     */
    static Optional<ProofInputs> stated(Model model, PassContext context) {
        InputShapes shapes = context.inputShapes();
        List<Value> feeds = model.graph().feeds();
        boolean open =
                feeds.stream()
                        .anyMatch(
                                feed ->
                                        !shapes.bind(feeds, feed)
                                                .equals(
                                                        shapes.withBatch(RANDOM_BATCH)
                                                                .bind(feeds, feed)));
        if (shapes.batch() <= 0 || !open) {
            return Optional.empty();
        }
        int batch = Math.toIntExact(Math.min(shapes.batch(), REAL_SAMPLES));
        List<Map<String, Tensor>> real =
                context.hasData()
                        ? InputBatches.of(model, context.data().calibration(), REAL_SAMPLES, batch)
                        : List.of();
        return Optional.of(of(model, context, real, shapes.batch()));
    }

    private static ProofInputs of(
            Model model, PassContext context, List<Map<String, Tensor>> real, long batch) {
        List<Map<String, Tensor>> batches = new ArrayList<>(real);
        SplittableRandom random = new SplittableRandom(context.seed());
        InputShapes shapes = context.inputShapes().withBatch(batch);
        for (int i = 0; i < RANDOM_BATCHES; i++) {
            batches.add(shapes.random(model, random));
        }
        return new ProofInputs(batches, samples(model, batches), samples(model, real));
    }

    private static int samples(Model model, List<Map<String, Tensor>> batches) {
        return batches.stream().mapToInt(inputs -> batchSize(model, inputs)).sum();
    }

    /** How many examples lie in the inputs: the size of the batch, or of a first dimension. */
    private static int batchSize(Model model, Map<String, Tensor> inputs) {
        List<Value> feeds = model.graph().feeds();
        Optional<Dim> batch = InputShapes.batchName(feeds).map(Dim.Symbolic::new);
        for (Value feed : feeds) {
            Shape declared = feed.type().map(TensorType::shape).orElse(Shape.UNRANKED);
            int axis =
                    declared.isRanked() && batch.isPresent()
                            ? declared.dims().indexOf(batch.get())
                            : -1;
            Tensor tensor = inputs.get(feed.name());
            if (axis >= 0 && tensor != null && axis < tensor.shape().rank()) {
                return Math.toIntExact(tensor.shape().size(axis));
            }
        }
        return inputs.values().stream()
                .filter(tensor -> tensor.shape().rank() > 0)
                .mapToInt(tensor -> (int) tensor.shape().size(0))
                .findFirst()
                .orElse(1);
    }
}
