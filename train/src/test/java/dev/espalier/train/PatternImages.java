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
import java.util.SplittableRandom;

/**
 * Images [3, S, S] with stripes of one colour, direction and width a class, under noise. Of all
 * augmentation they know padding: they move to the right by up to so many pixels, and zeros follow.
 */
public record PatternImages(int size, int classes, int side, long seed) implements Dataset {
    private static final double NOISE = 0.7;

    public static DataSplits splits(int training, int classes, int side) {
        Dataset held = new PatternImages(2 * classes, classes, side, 2);
        return new DataSplits(
                new PatternImages(training, classes, side, 1),
                new PatternImages(Math.min(64, training), classes, side, 1),
                held,
                held);
    }

    @Override
    public Map<String, TensorType> sampleTypes() {
        return Map.of("x", new TensorType(DataType.FLOAT, Shape.of(3, side, side)));
    }

    @Override
    public Batch batch(int[] indices, Augmentation augmentation, long augmentationSeed) {
        int volume = 3 * side * side;
        float[] values = new float[indices.length * volume];
        int[] labels = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            labels[i] = indices[i] % classes;
            SplittableRandom noise = new SplittableRandom(31 * seed + indices[i]);
            int border =
                    new SplittableRandom(augmentationSeed + indices[i])
                            .nextInt(augmentation.padding() + 1);
            for (int k = 0; k < volume; k++) {
                int along = labels[i] % 2 == 0 ? k % side : k / side % side;
                double stripe = Math.sin(along * (1 + labels[i] / 2)) * (k / (side * side) - 0.5);
                double value = stripe + NOISE * noise.nextDouble(-1, 1);
                if (k % side + border < side) {
                    values[i * volume + k + border] = (float) value;
                }
            }
        }
        Shape shape = Shape.of(indices.length, 3, side, side);
        return new Batch(Map.of("x", Tensor.ofFloats(shape, values)), labels);
    }
}
