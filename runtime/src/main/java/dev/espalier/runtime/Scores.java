package dev.espalier.runtime;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;

/** A classifier's output: one row of class scores for each example. */
final class Scores {
    private final float[] values;
    private final int width;

    /**
     * @param output [N, K], axes of size 1 behind it allowed
     */
    Scores(String name, Tensor output) {
        Shape shape = output.shape();
        if (!output.dataType().isFloating()
                || shape.rank() < 2
                || shape.size(0) == 0
                || output.elementCount() != shape.size(0) * shape.size(1)) {
            throw new UnsupportedModelException(
                    "output '%s' is %s, expected class scores [N, K]"
                            .formatted(name, output.type()));
        }
        values = output.toFloats();
        width = Math.toIntExact(shape.size(1));
    }

    /** Number of classes. */
    int width() {
        return width;
    }

    int rows() {
        return values.length / width;
    }

    float at(int row, int column) {
        return values[row * width + column];
    }

    /**
     * How many classes stand before {@code label}: those of higher score, and of equal score those
     * of lower number. A score that is no number stands before all others, so that such a row is
     * wrong.
     */
    int rank(int row, int label) {
        float score = at(row, label);
        int before = 0;
        for (int k = 0; k < width; k++) {
            float other = at(row, k);
            if (!(other <= score) || (other == score && k < label)) {
                before++;
            }
        }
        return before;
    }

    /** The class of the highest score, of equal ones the lowest number. */
    int best(int row) {
        int best = 0;
        for (int k = 1; k < width; k++) {
            if (at(row, k) > at(row, best)) {
                best = k;
            }
        }
        return best;
    }

    /** {@code log sum_k exp(z_k) - z_label}, the cross entropy of logits z. */
    double crossEntropyOfLogits(int row, int label) {
        double highest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < width; k++) {
            highest = Math.max(highest, at(row, k));
        }
        double sum = 0;
        for (int k = 0; k < width; k++) {
            sum += Math.exp(at(row, k) - highest);
        }
        return Math.log(sum) + highest - at(row, label);
    }

    /** {@code -log p_label}; p no less than the smallest positive float. */
    double crossEntropyOfProbabilities(int row, int label) {
        return -Math.log(Math.max(Float.MIN_VALUE, at(row, label)));
    }

    /**
     * Probabilities of the classes.
     *
     * @param probabilities whether the scores are those already, and not logits
     */
    float[] chances(int row, boolean probabilities) {
        float[] chances = new float[width];
        for (int k = 0; k < width; k++) {
            // Logits z_k: exp(z_k) / sum_j exp(z_j).
            chances[k] =
                    probabilities ? at(row, k) : (float) Math.exp(-crossEntropyOfLogits(row, k));
        }
        return chances;
    }
}
