package dev.espalier.train;

import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Points x [3] with the targets {@code x W} [2]: a regression with a known answer. */
record Planes(int size, long seed) implements Dataset {
    /** W, [3, 2]. */
    static final float[] WEIGHTS = {1, -2, 0.5f, 3, 0, -1};

    static DataSplits splits() {
        Planes held = new Planes(50, 2);
        return new DataSplits(new Planes(256, 1), held, held, held);
    }

    @Override
    public int classes() {
        return 0;
    }

    @Override
    public Optional<Shape> targetShape() {
        return Optional.of(Shape.of(2));
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return Map.of("x", new TensorType(DataType.FLOAT, Shape.of(3)));
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long augmentationSeed) {
        float[] x = new float[3 * indices.length];
        float[] y = new float[2 * indices.length];
        for (int i = 0; i < indices.length; i++) {
            SplittableRandom random = new SplittableRandom(31 * seed + indices[i]);
            for (int k = 0; k < 3; k++) {
                x[3 * i + k] = (float) random.nextDouble(-1, 1);
                y[2 * i] += x[3 * i + k] * WEIGHTS[2 * k];
                y[2 * i + 1] += x[3 * i + k] * WEIGHTS[2 * k + 1];
            }
        }
        return new Batch(
                Map.of("x", Tensor.ofFloats(Shape.of(indices.length, 3), x)),
                Tensor.ofFloats(Shape.of(indices.length, 2), y));
    }
}
