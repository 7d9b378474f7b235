package dev.espalier.core.pass;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.RandomTensor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** What a {@link Proof} runs both models on. */
record ProofInputs(List<Map<String, Tensor>> batches, int samples, int realSamples) {
    /** Real examples, where the recipe has data; as many as are checked in a second or so. */
    private static final int REAL_SAMPLES = 32;

    private static final int RANDOM_BATCHES = 2;
    private static final int BATCH = 8;
    private static final int RANDOM_BATCH = 2;

    static ProofInputs of(Model model, PassContext context) {
        List<Map<String, Tensor>> batches = new ArrayList<>();
        int real = 0;
        if (context.hasData()) {
            real = addReal(model, context.data().calibration(), batches);
        }
        SplittableRandom random = new SplittableRandom(context.seed());
        int samples = real;
        for (int i = 0; i < RANDOM_BATCHES; i++) {
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            InputShapes shapes = context.inputShapes().withBatch(RANDOM_BATCH);
            for (Value feed : model.graph().feeds()) {
                inputs.put(feed.name(), RandomTensor.of(shapes.bind(feed), random));
            }
            batches.add(inputs);
            samples += batchSize(inputs);
        }
        return new ProofInputs(batches, samples, real);
    }

    private static int addReal(Model model, Dataset data, List<Map<String, Tensor>> batches) {
        int batch = fixedBatch(model);
        int count = Math.min(data.size(), REAL_SAMPLES) / batch * batch;
        int step = batch == 1 && isBatchFree(model) ? BATCH : batch;
        for (int from = 0; from < count; from += step) {
            int[] indices = IntStream.range(from, Math.min(from + step, count)).toArray();
            batches.add(data.batch(indices).inputs());
        }
        return count;
    }

    private static boolean isBatchFree(Model model) {
        return model.graph().feeds().stream()
                .allMatch(feed -> feed.type().map(t -> !hasFixedBatch(t)).orElse(false));
    }

    private static int fixedBatch(Model model) {
        return model.graph().feeds().stream()
                .flatMap(feed -> feed.type().stream())
                .filter(ProofInputs::hasFixedBatch)
                .mapToInt(type -> Math.toIntExact(Math.max(1, type.shape().size(0))))
                .findFirst()
                .orElse(1);
    }

    private static boolean hasFixedBatch(TensorType type) {
        Shape shape = type.shape();
        return shape.isRanked() && shape.rank() > 0 && shape.dim(0).isFixed();
    }

    private static int batchSize(Map<String, Tensor> inputs) {
        return inputs.values().stream()
                .filter(tensor -> tensor.shape().rank() > 0)
                .mapToInt(tensor -> (int) tensor.shape().size(0))
                .findFirst()
                .orElse(1);
    }
}
