package dev.espalier.quantize.internal.effect;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.Map;

/** Random samples, {@code factor} times as great, of which it is said that they have labels. */
record ScaledSamples(RandomSamples samples, float factor, int classes) implements Dataset {
    @Override
    public int size() {
        return samples.size();
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return samples.sampleTypes();
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long seed) {
        Batch batch = samples.batch(indices, augmentation, seed);
        Tensor tensor = batch.inputs().get(samples.input());
        float[] values = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return new Batch(
                Map.of(samples.input(), Tensor.ofFloats(tensor.shape(), values)),
                new int[indices.length]);
    }
}
