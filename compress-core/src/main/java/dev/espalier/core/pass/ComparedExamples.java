package dev.espalier.core.pass;

import dev.espalier.core.data.DataSplits;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.InputBatches;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What two networks are compared on: validation examples, or calibration examples where there are
 * not enough of those for one batch.
 *
 * @param split in a word, for messages
 * @param batches indices of the examples of each
 */
public record ComparedExamples(String split, Dataset data, List<int[]> batches) {
    /** As large as an intermediate value of any network may be eight times. */
    private static final int FREE_BATCH = 8;

    /** At most {@code samples}, as {@code model} takes them; none where there is no data. */
    public static ComparedExamples of(Model model, PassContext context, int samples) {
        if (!context.hasData()) {
            return new ComparedExamples("", null, List.of());
        }
        DataSplits splits = context.data();
        ComparedExamples held = of("validation", splits.validation(), model, samples);
        return held.batches.isEmpty()
                ? of("calibration", splits.calibration(), model, samples)
                : held;
    }

    private static ComparedExamples of(String split, Dataset data, Model model, int samples) {
        return new ComparedExamples(
                split, data, InputBatches.indices(model, data, samples, FREE_BATCH));
    }

    /** The first of these, as few at a time as {@code model} takes: for runs that need memory. */
    public ComparedExamples first(Model model, int samples) {
        List<int[]> few = InputBatches.indices(model, data, samples, 1);
        return new ComparedExamples(split, data, few.isEmpty() ? batches.subList(0, 1) : few);
    }

    /** Of one of {@link #batches}, by name. */
    public Map<String, Tensor> inputs(int[] batch) {
        return data.batch(batch).inputs();
    }

    /** All examples. */
    public int count() {
        return batches.stream().mapToInt(batch -> batch.length).sum();
    }
}
