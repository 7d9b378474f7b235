package dev.espalier.runtime;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;

/** Several classifiers as one: the means of their probabilities, example by example. */
final class Ensemble {
    private final int[] labels;
    private float[] sums;
    private int models;
    private String name = "";

    Ensemble(int examples) {
        labels = new int[examples];
    }

    /** Further probabilities are those of another classifier, called {@code model} in errors. */
    void begins(String model) {
        name = model;
        models++;
    }

    void add(int example, int label, float[] chances) {
        if (sums == null) {
            sums = new float[labels.length * chances.length];
        }
        int width = sums.length / labels.length;
        if (chances.length != width) {
            throw new UnsupportedModelException(
                    "%s tells %s classes apart, those before it %s; only equal ones can be averaged"
                            .formatted(name, chances.length, width));
        }
        labels[example] = label;
        for (int k = 0; k < width; k++) {
            sums[example * width + k] += chances[k];
        }
    }

    /** What the means reach. */
    Evaluation evaluation() {
        float[] means = sums.clone();
        for (int i = 0; i < means.length; i++) {
            means[i] /= models;
        }
        Shape shape = Shape.of(labels.length, means.length / labels.length);
        Scores scores = new Scores("the mean of probabilities", Tensor.ofFloats(shape, means));
        Evaluation.Tally tally = new Evaluation.Tally();
        for (int example = 0; example < labels.length; example++) {
            tally.add(scores, example, labels[example], true);
        }
        return tally.evaluation();
    }
}
