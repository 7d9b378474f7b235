package dev.espalier.quantize;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import java.util.stream.IntStream;

/** The share of validation examples whose class gets the highest score. */
final class TopOne {
    private static final int BATCH = 16;

    private final Dataset examples;
    private final int count;
    private final PassContext context;

    /**
     * @param samples at most as many of the validation examples are looked at
     * @throws InvalidOptionException where these have no labels
     */
    TopOne(int samples, PassContext context) {
        this.examples = context.data().validation();
        this.count = Math.min(samples, examples.size());
        this.context = context;
        if (examples.classes() == 0 || count == 0) {
            throw new InvalidOptionException(
                    "mixed-precision.max-drop needs labelled validation examples, and the data has"
                            + " none; 'quantize' works without");
        }
    }

    /** From 0 to 1, by the first output of {@code model}, [N, classes]. */
    double of(Model model) {
        String output = model.graph().outputs().get(0).name();
        int step = hasFixedBatch(model) ? 1 : BATCH;
        int right = 0;
        try (ModelRunner.Session session = context.runner().open(model)) {
            for (int from = 0; from < count; from += step) {
                context.checkCancelled();
                int to = Math.min(from + step, count);
                Batch batch = examples.batch(IntStream.range(from, to).toArray());
                Tensor scores = session.run(batch.inputs()).get(output);
                right += right(scores, batch.labels());
            }
        }
        return (double) right / count;
    }

    private static boolean hasFixedBatch(Model model) {
        return model.graph().feeds().stream()
                .flatMap(feed -> feed.type().stream())
                .map(type -> type.shape())
                .anyMatch(s -> s.isRanked() && s.rank() > 0 && s.dim(0).isFixed());
    }

    private static int right(Tensor scores, int[] labels) {
        float[] values = scores.toFloats();
        int classes = values.length / labels.length;
        int right = 0;
        for (int n = 0; n < labels.length; n++) {
            int best = 0;
            for (int c = 1; c < classes; c++) {
                if (values[n * classes + c] > values[n * classes + best]) {
                    best = c;
                }
            }
            right += best == labels[n] ? 1 : 0;
        }
        return right;
    }
}
