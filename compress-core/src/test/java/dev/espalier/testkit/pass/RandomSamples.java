package dev.espalier.testkit.pass;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.pass.PassContext;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Normally distributed samples; sample i is the same in every batch. */
public record RandomSamples(String input, Shape sample, int size, long seed) implements Dataset {
    /** Samples for the only input of {@code model}. */
    public static RandomSamples of(Model model, int size) {
        var input = model.graph().feeds().get(0);
        Shape shape = input.type().orElseThrow().shape();
        return new RandomSamples(
                input.name(), Shape.of(shape.dims().subList(1, shape.rank())), size, 23);
    }

    /** A context with 32 of them in every split. */
    public static PassContext context(Model model, ModelRunner runner) {
        return context(model, of(model, 32), runner);
    }

    /** What gives passes random samples of {@code model}, and runs models with {@code runner}. */
    public static PassTester tester(Model model, ModelRunner runner) {
        PassContext samples = context(model, runner);
        return PassTester.given(model)
                .with(context -> context.withData(samples.data()).withRunner(runner));
    }

    /** A context with {@code samples} in every split. */
    public static PassContext context(Model model, Dataset samples, ModelRunner runner) {
        return PassContext.of(model)
                .withData(new DataSplits(samples, samples, samples, samples))
                .withRunner(runner);
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
