package dev.espalier.core.pass;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.VerificationException;
import dev.espalier.core.data.SignalToNoise;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.OptionalDouble;

/** Sums up, batch by batch, how far an output y' is from what it was, y. */
final class OutputChange {
    private final String output;
    private final String split;
    private final int classes;
    private double signal;
    private double noise;
    private long finite;
    private long undefined;
    private int rows;
    private int answers;
    private int same;
    private double cosines;
    private double leastCosine = 1;

    /**
     * @param classes of the examples, 0 where they have no labels
     */
    OutputChange(String output, String split, int classes) {
        this.output = output;
        this.split = split;
        this.classes = classes;
    }

    /**
     * @param examples in the batch
     * @throws UnsupportedModelException where y alone has numbers that are not finite
     * @throws VerificationException where y' alone does, or is of another size
     */
    void add(Tensor expected, Tensor changed, int examples) {
        float[] y = expected.toFloats();
        float[] z = changed.toFloats();
        if (y.length != z.length) {
            throw new VerificationException(
                    "output '%s' is %s before this pass and %s after it"
                            .formatted(output, expected.type(), changed.type()));
        }
        for (int i = 0; i < y.length; i++) {
            check(y[i], z[i]);
        }
        boolean each = isPerExample(expected.shape(), examples);
        int count = each ? examples : 1;
        int width = y.length / count;
        boolean isAnswer = each && isScores(expected.shape(), width);
        for (int row = 0; row < count; row++) {
            addRow(y, z, row * width, width);
            if (isAnswer) {
                answers++;
                same += best(y, row * width, width) == best(z, row * width, width) ? 1 : 0;
            }
        }
    }

    /** Equal infinities agree, such as those of a mask. */
    private void check(float y, float z) {
        if (Float.isFinite(y) && Float.isFinite(z)) {
            finite++;
        } else if (Float.compare(y, z) == 0) {
            undefined++;
        } else if (!Float.isFinite(y)) {
            throw notFinite(y);
        } else {
            throw new VerificationException(
                    "output '%s' of the changed model is %s on a %s example, that of the float model %s; name the nodes at fault under 'exclude' or 'keep-float'"
                            .formatted(output, z, split, y));
        }
    }

    private UnsupportedModelException notFinite(float y) {
        return new UnsupportedModelException(
                "output '%s' of the float model is %s on a %s example: activations are not finite, and ranges cannot be taken from them; check the data"
                        .formatted(output, y, split));
    }

    private static boolean isPerExample(Shape shape, int examples) {
        return shape.rank() > 0 && shape.size(0) == examples;
    }

    private boolean isScores(Shape shape, int width) {
        return classes > 0 && width > 1 && (shape.rank() == 2 || width == classes);
    }

    private void addRow(float[] y, float[] z, int from, int width) {
        double product = 0;
        double expected = 0;
        double changed = 0;
        for (int i = from; i < from + width; i++) {
            if (Float.isFinite(y[i])) {
                double error = (double) y[i] - z[i];
                noise += error * error;
                product += (double) y[i] * z[i];
                expected += (double) y[i] * y[i];
                changed += (double) z[i] * z[i];
            }
        }
        signal += expected;
        rows++;
        double cosine =
                expected == 0 && changed == 0
                        ? 1
                        : product / Math.max(Double.MIN_NORMAL, Math.sqrt(expected * changed));
        cosines += cosine;
        leastCosine = Math.min(leastCosine, cosine);
    }

    private static int best(float[] scores, int from, int width) {
        int best = from;
        for (int i = from + 1; i < from + width; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }

    /**
     * @param examples that were added
     * @throws UnsupportedModelException where no number was finite
     */
    Effect effect(int examples) {
        if (finite == 0 && undefined > 0) {
            throw notFinite(Float.NaN);
        }
        return new Effect(
                examples,
                split,
                SignalToNoise.decibels(noise / Math.max(signal, Double.MIN_NORMAL)),
                answers == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) same / answers),
                cosines / rows,
                leastCosine,
                undefined);
    }
}
