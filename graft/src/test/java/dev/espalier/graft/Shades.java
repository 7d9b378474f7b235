package dev.espalier.graft;

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

/** Noisy images [2, 4, 4]; class 0 is brighter in its first channel, 1 in its second, 2 in none. */
record Shades(int size, int classes, long seed) implements Dataset {
    private static final int PIXELS = 16;

    /** A context with examples of three classes, {@code held} of them held out. */
    static PassContext context(Model model, int held) {
        Shades training = new Shades(96, 3, 1);
        Shades validation = new Shades(held, 3, 2);
        return PassContext.of(model)
                .withRunner(new OrtRunner())
                .withData(new DataSplits(training, training, validation, validation));
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return Map.of("x", new TensorType(DataType.FLOAT, Shape.of(2, 4, 4)));
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long augmentationSeed) {
        float[] values = new float[indices.length * 2 * PIXELS];
        int[] labels = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            labels[i] = indices[i] % classes;
            SplittableRandom noise = new SplittableRandom(31 * seed + indices[i]);
            for (int k = 0; k < 2 * PIXELS; k++) {
                double light = k / PIXELS == labels[i] ? 1 : 0;
                values[i * 2 * PIXELS + k] = (float) (light + noise.nextDouble(-1, 1));
            }
        }
        Shape shape = Shape.of(indices.length, 2, 4, 4);
        return new Batch(Map.of("x", Tensor.ofFloats(shape, values)), labels);
    }
}
