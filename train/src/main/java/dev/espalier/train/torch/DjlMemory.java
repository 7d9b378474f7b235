package dev.espalier.train.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.translate.TranslateException;
import dev.espalier.core.DataException;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.internal.torch.TorchModule;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** All examples of a dataset that can only be walked through, as the batches it gave. */
final class DjlMemory implements DjlSource {
    private static final long MOST_BYTES = 1L << 30;

    private final List<DjlArrays> batches;
    private final int[] batchOf;
    private final int[] rowOf;

    private DjlMemory(List<DjlArrays> batches) {
        this.batches = batches;
        batchOf =
                IntStream.range(0, batches.size())
                        .flatMap(i -> IntStream.generate(() -> i).limit(batches.get(i).size()))
                        .toArray();
        rowOf = batches.stream().flatMapToInt(batch -> IntStream.range(0, batch.size())).toArray();
    }

    static DjlMemory read(Dataset dataset) {
        return read(dataset, MOST_BYTES);
    }

    static DjlMemory read(Dataset dataset, long mostBytes) {
        List<DjlArrays> batches = new ArrayList<>();
        long bytes = 0;
        try (NDManager manager = TorchModule.engine().newBaseManager()) {
            dataset.prepare();
            for (Batch batch : dataset.getData(manager)) {
                try (batch) {
                    batches.add(DjlArrays.of(batch));
                }
                bytes += batches.get(batches.size() - 1).bytes();
                if (bytes > mostBytes) {
                    throw new DataException(
                            "the DJL dataset cannot be read by index, and its examples are more than the %s bytes that are kept in memory; make it a RandomAccessDataset"
                                    .formatted(mostBytes));
                }
            }
        } catch (IOException | TranslateException | EngineException | IllegalStateException e) {
            throw DjlSource.failed(e);
        }
        return new DjlMemory(batches);
    }

    @Override
    public int size() {
        return batchOf.length;
    }

    @Override
    public DjlArrays read(int[] indices) {
        return new DjlArrays(gather(indices, DjlArrays::data), gather(indices, DjlArrays::labels));
    }

    private List<Tensor> gather(int[] indices, Function<DjlArrays, List<Tensor>> kind) {
        int count = kind.apply(batches.get(batchOf[indices[0]])).size();
        List<Tensor> gathered = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int array = i;
            gathered.add(rows(indices, batch -> kind.apply(batch).get(array)));
        }
        return gathered;
    }

    private Tensor rows(int[] indices, Function<DjlArrays, Tensor> array) {
        Tensor first = array.apply(batches.get(batchOf[indices[0]]));
        Shape shape = first.shape().with(0, Dim.of(1));
        int row = Math.toIntExact(first.dataType().bytes(shape.elementCount()));
        ByteBuffer target =
                ByteBuffer.allocate(Math.multiplyExact(row, indices.length))
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (int index : indices) {
            Tensor source = array.apply(batches.get(batchOf[index]));
            if (!source.type().withShape(shape).equals(first.type().withShape(shape))
                    || !source.shape().with(0, Dim.of(1)).equals(shape)) {
                throw new DataException(
                        "the DJL dataset gives examples of %s and of %s; all must have one type"
                                .formatted(first.type(), source.type()));
            }
            target.put(source.bytes().slice(rowOf[index] * row, row));
        }
        return Tensor.of(first.dataType(), shape.with(0, Dim.of(indices.length)), target.flip());
    }
}
