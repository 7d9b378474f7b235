package dev.espalier.core.pass;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.InputBatches;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What a {@link Proof} runs both models on. */
record ProofInputs(List<Map<String, Tensor>> batches, int samples, int realSamples) {
    /** Real examples, where the recipe has data; as many as are checked in a second or so. */
    private static final int REAL_SAMPLES = 32;

    private static final int RANDOM_BATCHES = 2;
    private static final int RANDOM_BATCH = 2;

    static ProofInputs of(Model model, PassContext context) {
        List<Map<String, Tensor>> batches = new ArrayList<>();
        int real = 0;
        if (context.hasData()) {
            batches.addAll(InputBatches.of(model, context.data().calibration(), REAL_SAMPLES));
            real = batches.stream().mapToInt(ProofInputs::batchSize).sum();
        }
        SplittableRandom random = new SplittableRandom(context.seed());
        InputShapes shapes = context.inputShapes().withBatch(RANDOM_BATCH);
        int samples = real;
        for (int i = 0; i < RANDOM_BATCHES; i++) {
            Map<String, Tensor> inputs = shapes.random(model, random);
            batches.add(inputs);
            samples += batchSize(inputs);
        }
        return new ProofInputs(batches, samples, real);
    }

    private static int batchSize(Map<String, Tensor> inputs) {
        return inputs.values().stream()
                .filter(tensor -> tensor.shape().rank() > 0)
                .mapToInt(tensor -> (int) tensor.shape().size(0))
                .findFirst()
                .orElse(1);
    }
}
