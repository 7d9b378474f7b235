package dev.espalier.core.data;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The first examples of a dataset as a model takes them: in batches of the size it asks for. */
public final class InputBatches {
    /** As large as an intermediate value of any network may be eight times. */
    private static final int FREE_BATCH = 8;

    private InputBatches() {}

    /**
     * At most {@code samples} examples, fewer where the dataset or whole batches of the model's
     * fixed size give no more.
     *
     * @return for each batch the inputs by name
     */
    public static List<Map<String, Tensor>> of(Model model, Dataset data, int samples) {
        return of(model, data, samples, FREE_BATCH);
    }

    /**
     * {@link #of(Model, Dataset, int)} with batches of another size.
     *
     * @param free examples of a batch where the model takes any number
     */
    public static List<Map<String, Tensor>> of(Model model, Dataset data, int samples, int free) {
        List<Map<String, Tensor>> batches = new ArrayList<>();
        for (int[] indices : indices(model, data, samples, free)) {
            batches.add(data.batch(indices).inputs());
        }
        return batches;
    }

    /**
     * Which examples lie in which batch, for those who read one batch after the other.
     *
     * @param free examples of a batch where the model takes any number
     */
    public static List<int[]> indices(Model model, Dataset data, int samples, int free) {
        int fixed = fixedBatch(model);
        int count = Math.min(data.size(), samples) / fixed * fixed;
        int step = fixed == 1 && isBatchFree(model) ? free : fixed;
        List<int[]> batches = new ArrayList<>();
        for (int from = 0; from < count; from += step) {
            batches.add(IntStream.range(from, Math.min(from + step, count)).toArray());
        }
        return batches;
    }

    private static boolean isBatchFree(Model model) {
        Optional<Dim> batch = batch(model);
        return model.graph().feeds().stream()
                .allMatch(feed -> feed.type().map(t -> !hasFixedBatch(t, batch)).orElse(false));
    }

    private static int fixedBatch(Model model) {
        Optional<Dim> batch = batch(model);
        return model.graph().feeds().stream()
                .flatMap(feed -> feed.type().stream())
                .filter(type -> hasFixedBatch(type, batch))
                .mapToInt(type -> Math.toIntExact(Math.max(1, type.shape().size(0))))
                .findFirst()
                .orElse(1);
    }

    private static Optional<Dim> batch(Model model) {
        return InputShapes.batchName(model.graph().feeds()).map(Dim.Symbolic::new);
    }

    /** A fixed first dimension is no batch where that is another one, as in [2, N, 128]. */
    private static boolean hasFixedBatch(TensorType type, Optional<Dim> batch) {
        Shape shape = type.shape();
        return shape.isRanked()
                && shape.rank() > 0
                && shape.dim(0).isFixed()
                && batch.filter(shape.dims()::contains).isEmpty();
    }
}
