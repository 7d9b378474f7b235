package dev.espalier.core.guard;

import dev.espalier.core.DataException;
import dev.espalier.core.ir.Tensor;

/** Which class gets the highest score, example by example. */
final class Answers {
    /** In place of a class where a score is NaN: the answer to nothing. */
    static final int NONE = -1;

    private Answers() {}

    /**
     * @param scores [N, classes], or of any shape whose first axis is N
     * @param examples N
     * @throws DataException where there is not one row for each example
     */
    static int[] of(Tensor scores, int examples) {
        float[] values = scores.toFloats();
        if (values.length == 0 || values.length % examples != 0) {
            throw new DataException(
                    "the first output is %s for %s examples; answers are counted of one row of scores for each"
                            .formatted(scores.type(), examples));
        }
        int classes = values.length / examples;
        int[] answers = new int[examples];
        for (int n = 0; n < examples; n++) {
            answers[n] = best(values, n * classes, classes);
        }
        return answers;
    }

    private static int best(float[] values, int from, int classes) {
        int best = from;
        for (int i = from; i < from + classes; i++) {
            if (Float.isNaN(values[i])) {
                return NONE;
            }
            best = values[i] > values[best] ? i : best;
        }
        return best - from;
    }
}
