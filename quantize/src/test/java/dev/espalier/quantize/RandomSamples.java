package dev.espalier.quantize;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import dev.espalier.testkit.TestContext;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Normally distributed samples; sample i is the same in every batch. */
record RandomSamples(String input, Shape sample, int size, long seed) implements Dataset {
    /** Samples for the only input of {@code model}. */
    static RandomSamples of(Model model, int size) {
        var input = model.graph().feeds().get(0);
        Shape shape = input.type().orElseThrow().shape();
        return new RandomSamples(
                input.name(), Shape.of(shape.dims().subList(1, shape.rank())), size, 23);
    }

    /** A context with 32 of them for calibration and ONNX Runtime behind it. */
    static TestContext context(Model model) {
        return context(model, of(model, 32));
    }

    static TestContext context(Model model, Dataset samples) {
        return TestContext.of(model)
                .withData(new DataSplits(samples, samples, samples, samples))
                .withRunner(new OrtRunner(SessionSettings.DEFAULT.withThreads(1)));
    }

    @Override
    public int classes() {
        return 0;
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return Map.of(input, new TensorType(DataType.FLOAT, sample));
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long unused) {
        int each = Math.toIntExact(sample.elementCount());
        float[] values = new float[indices.length * each];
        for (int i = 0; i < indices.length; i++) {
            SplittableRandom random = new SplittableRandom(seed + indices[i]);
            for (int k = 0; k < each; k++) {
                values[i * each + k] = (float) random.nextGaussian();
            }
        }
        long[] sizes =
                IntStream.rangeClosed(0, sample.rank())
                        .mapToLong(a -> a == 0 ? indices.length : sample.size(a - 1))
                        .toArray();
        return new Batch(
                Map.of(input, Tensor.ofFloats(Shape.of(sizes), values)), new int[indices.length]);
    }
}
