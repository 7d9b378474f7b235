package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.ir.Tensor;
import java.util.Locale;

/** Counts how often two runs of a classifier are right, and how often they say the same. */
public final class AnswerCounts {
    private int examples;
    private int labelled;
    private int exactRight;
    private int right;
    private int same;

    /**
     * @param labels class of each example, negative where it has none
     * @param exact scores [N, ...] of the model
     * @param saturated scores of the same examples where sums saturate
     */
    public void add(int[] labels, Tensor exact, Tensor saturated) {
        float[] a = exact.toFloats();
        float[] b = saturated.toFloats();
        int classes = a.length / labels.length;
        for (int i = 0; i < labels.length; i++) {
            int one = greatest(a, i * classes, classes);
            int other = greatest(b, i * classes, classes);
            examples++;
            same += one == other ? 1 : 0;
            if (labels[i] >= 0) {
                labelled++;
                exactRight += one == labels[i] ? 1 : 0;
                right += other == labels[i] ? 1 : 0;
            }
        }
    }

    private static int greatest(float[] scores, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (scores[from + i] > scores[from + best]) {
                best = i;
            }
        }
        return best;
    }

    @Override
    public String toString() {
        String agreement =
                String.format(
                        Locale.ROOT,
                        "the class stays the same for %.2f %% of %s examples",
                        100.0 * same / examples,
                        examples);
        return labelled == 0
                ? agreement
                : String.format(
                        Locale.ROOT,
                        "top-1 is %.2f %%, %.2f %% where sums are exact (%s validation examples); %s",
                        100.0 * right / labelled,
                        100.0 * exactRight / labelled,
                        labelled,
                        agreement);
    }
}
