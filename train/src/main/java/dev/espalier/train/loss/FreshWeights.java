package dev.espalier.train.loss;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.SplittableRandom;

/** First contents of weights that belong to a loss and not to the network. */
public final class FreshWeights {
    private FreshWeights() {}

    /**
     * Uniform from {@code -sqrt(3 / fanIn)} to {@code sqrt(3 / fanIn)}, so that a sum over inputs
     * of variance 1 has variance 1. Equal seeds give equal weights.
     *
     * @param fanIn inputs that one output sums over
     */
    public static Tensor uniform(Shape shape, long fanIn, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double bound = Math.sqrt(3.0 / fanIn);
        float[] values = new float[Math.toIntExact(shape.elementCount())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-bound, bound);
        }
        return Tensor.ofFloats(shape, values);
    }
}
