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
import dev.espalier.core.pass.PassContext;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Random token numbers and masks for an {@link Encoder}; sample i is the same in every batch.
 *
 * @param first sample i is made from this number plus i
 */
public record TokenSamples(Encoder.Sizes sizes, int size, int first) implements Dataset {
    /** A context with 24 samples in every split, for a small encoder. */
    public static PassContext context(Model model, ModelRunner runner) {
        Dataset samples = new TokenSamples(Encoder.Sizes.SMALL, 24, 0);
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
        TensorType type = new TensorType(DataType.INT64, Shape.of(sizes.sequence()));
        return Map.of("input_ids", type, "attention_mask", type);
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long unused) {
        int sequence = sizes.sequence();
        long[] ids = new long[indices.length * sequence];
        long[] mask = new long[ids.length];
        for (int i = 0; i < indices.length; i++) {
            SplittableRandom random = new SplittableRandom(first + indices[i]);
            int length = random.nextInt(sequence / 2, sequence + 1);
            for (int k = 0; k < sequence; k++) {
                ids[i * sequence + k] = random.nextInt(sizes.vocabulary());
                mask[i * sequence + k] = k < length ? 1 : 0;
            }
        }
        Shape shape = Shape.of(indices.length, sequence);
        return new Batch(
                Map.of(
                        "input_ids", Tensor.ofLongs(shape, ids),
                        "attention_mask", Tensor.ofLongs(shape, mask)),
                new int[indices.length]);
    }
}
