package dev.espalier.quantize.encoder;

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
import dev.espalier.testkit.TestContext;
import java.util.Map;
import java.util.SplittableRandom;

/** Random token numbers and masks for {@link SmallEncoder}; sample i is the same in every batch. */
public record TokenSamples(int size) implements Dataset {
    /** A context with 24 samples in every split. */
    public static TestContext context(Model model, ModelRunner runner) {
        Dataset samples = new TokenSamples(24);
        return TestContext.of(model)
                .withData(new DataSplits(samples, samples, samples, samples))
                .withRunner(runner);
    }

    @Override
    public int classes() {
        return 0;
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        TensorType type = new TensorType(DataType.INT64, Shape.of(SmallEncoder.SEQUENCE));
        return Map.of("ids", type, "mask", type);
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long unused) {
        long[] ids = new long[indices.length * SmallEncoder.SEQUENCE];
        long[] mask = new long[ids.length];
        for (int i = 0; i < indices.length; i++) {
            SplittableRandom random = new SplittableRandom(indices[i]);
            int length = random.nextInt(SmallEncoder.SEQUENCE / 2, SmallEncoder.SEQUENCE + 1);
            for (int k = 0; k < SmallEncoder.SEQUENCE; k++) {
                ids[i * SmallEncoder.SEQUENCE + k] = random.nextInt(SmallEncoder.TOKENS);
                mask[i * SmallEncoder.SEQUENCE + k] = k < length ? 1 : 0;
            }
        }
        Shape shape = Shape.of(indices.length, SmallEncoder.SEQUENCE);
        return new Batch(
                Map.of("ids", Tensor.ofLongs(shape, ids), "mask", Tensor.ofLongs(shape, mask)),
                new int[indices.length]);
    }
}
