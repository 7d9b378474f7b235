package dev.espalier.runtime;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Augmentation;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.BatchStream;
import dev.espalier.core.data.Batching;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The examples of a dataset in batches that a model takes: of the size the model fixes, or of one
 * that keeps a batch of inputs near 8 MiB.
 */
final class ModelFeed implements AutoCloseable {
    private static final int LARGEST_BATCH = 128;
    private static final long BATCH_BYTES = 8L << 20;

    private final Dataset data;
    private final Map<String, TensorType> inputs;
    private final int fixedBatch;
    private final BatchStream batches;
    private int given;

    /**
     * @param inputs of the model, by name
     * @throws DataException where the dataset is empty or does not fit
     */
    ModelFeed(Dataset data, Map<String, TensorType> inputs) {
        this(data, inputs, 1);
    }

    /**
     * @param atOnce how many batches are in use at a time, which together have the size of one
     */
    ModelFeed(Dataset data, Map<String, TensorType> inputs, int atOnce) {
        this.data = data;
        this.inputs = inputs;
        if (data.size() == 0) {
            throw new DataException("there are no examples to run the model on");
        }
        check();
        this.fixedBatch =
                (int)
                        inputs.values().stream()
                                .map(TensorType::shape)
                                .filter(shape -> shape.isRanked() && shape.rank() > 0)
                                .map(shape -> shape.dim(0))
                                .filter(Dim::isFixed)
                                .mapToLong(Dim::size)
                                .findFirst()
                                .orElse(0);
        this.batches = BatchStream.open(data, Batching.inOrder(batchSize(atOnce)), 0);
    }

    private int batchSize(int atOnce) {
        if (fixedBatch > 0) {
            return fixedBatch;
        }
        long sample =
                data.sampleTypes().values().stream()
                        .mapToLong(type -> type.dataType().bytes(type.shape().elementCount()))
                        .sum();
        long fit = Math.min(LARGEST_BATCH, BATCH_BYTES / Math.max(1, sample));
        return (int) Math.max(1, fit / atOnce);
    }

    /** A model of one input takes data of one input under any name. */
    private void check() {
        Map<String, TensorType> samples = data.sampleTypes();
        if (samples.size() != inputs.size()
                || samples.size() > 1 && !samples.keySet().equals(inputs.keySet())) {
            throw new DataException(
                    "the model takes the inputs %s, the data gives %s"
                            .formatted(inputs.keySet(), samples.keySet()));
        }
        inputs.forEach(
                (name, type) -> {
                    TensorType sample = samples.size() == 1 ? only(samples) : samples.get(name);
                    if (!fits(type, sample)) {
                        throw new DataException(
                                "the model's input '%s' takes %s, the data gives examples of %s"
                                        .formatted(name, type, sample));
                    }
                });
    }

    private static <T> T only(Map<String, T> map) {
        return map.values().iterator().next();
    }

    private static boolean fits(TensorType type, TensorType sample) {
        Shape shape = type.shape();
        if (type.dataType() != sample.dataType()) {
            return false;
        }
        if (!shape.isRanked()) {
            return true;
        }
        return shape.rank() == sample.shape().rank() + 1
                && IntStream.range(1, shape.rank())
                        .allMatch(
                                axis ->
                                        !shape.dim(axis).isFixed()
                                                || shape.size(axis)
                                                        == sample.shape().size(axis - 1));
    }

    boolean hasNext() {
        return batches.hasNext();
    }

    /** The next examples; the labels tell how many. To be given back with {@link #done}. */
    Batch next() {
        Batch batch = batches.next();
        given += batch.size();
        return batch;
    }

    void done(Batch batch) {
        batches.recycle(batch);
    }

    /**
     * What to feed for {@code batch}, the last one given. Where the model fixes a batch that the
     * last examples do not fill, the last of them is repeated; such rows are to be ignored.
     */
    Map<String, Tensor> feeds(Batch batch) {
        Map<String, Tensor> values = batch.inputs();
        if (batch.size() < fixedBatch) {
            int[] indices = new int[fixedBatch];
            Arrays.setAll(indices, i -> Math.min(given - 1, given - batch.size() + i));
            values = data.batch(indices, Augmentation.NONE, 0).inputs();
        }
        if (inputs.size() != 1) {
            return values;
        }
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        renamed.put(inputs.keySet().iterator().next(), only(values));
        return renamed;
    }

    @Override
    public void close() {
        batches.close();
    }
}
