package dev.espalier.groupconv;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.pass.PassContext;
import dev.espalier.runtime.OrtRunner;
import java.util.Map;
import java.util.SplittableRandom;

/** Noisy images [3, 6, 6] with stripes of a direction and width for each of four classes. */
record Stripes(int size, int classes, long seed) implements Dataset {
    private static final int SIDE = 6;

    static PassContext context(Model model) {
        Stripes training = new Stripes(128, 4, 1);
        Stripes validation = new Stripes(64, 4, 2);
        return PassContext.of(model)
                .withRunner(new OrtRunner())
                .withData(new DataSplits(training, training, validation, validation));
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return Map.of("x", new TensorType(DataType.FLOAT, Shape.of(3, SIDE, SIDE)));
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long unused) {
        int pixels = SIDE * SIDE;
        float[] values = new float[indices.length * 3 * pixels];
        int[] labels = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            labels[i] = indices[i] % classes;
            SplittableRandom noise = new SplittableRandom(31 * seed + indices[i]);
            for (int k = 0; k < 3 * pixels; k++) {
                int along = labels[i] % 2 == 0 ? k % SIDE : k / SIDE % SIDE;
                double stripe = Math.sin(along * (1 + labels[i] / 2)) * (k / pixels - 0.5);
                values[i * 3 * pixels + k] = (float) (stripe + 0.3 * noise.nextDouble(-1, 1));
            }
        }
        Shape shape = Shape.of(indices.length, 3, SIDE, SIDE);
        return new Batch(Map.of("x", Tensor.ofFloats(shape, values)), labels);
    }
}
