package dev.espalier.train.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;
import ai.djl.translate.TranslateException;
import dev.espalier.core.DataException;
import dev.espalier.train.internal.torch.TorchModule;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** Where the examples of a {@link DjlDataset} come from. Thread-safe. */
interface DjlSource {
    int size();

    /** The examples at {@code indices}, in this order. */
    DjlArrays read(int[] indices);

    /**
     * The examples of any dataset: read when they are asked for where it can be read by index, else
     * all at once.
     *
     * @throws DataException where it cannot be read, or is too large to be kept
     */
    static DjlSource of(Dataset dataset) {
        return dataset instanceof RandomAccessDataset indexed
                ? new Indexed(indexed)
                : DjlMemory.read(dataset);
    }

    /** What to tell of a failure within DJL. */
    static DataException failed(Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return new DataException("the DJL dataset cannot be read: " + cause.getMessage(), e);
    }

    /** A dataset that is read by index, transforms included, by one thread at a time. */
    final class Indexed implements DjlSource {
        private final RandomAccessDataset dataset;
        private final int size;

        Indexed(RandomAccessDataset dataset) {
            this.dataset = dataset;
            try {
                dataset.prepare();
                this.size = Math.toIntExact(dataset.size());
            } catch (IOException | TranslateException | ArithmeticException e) {
                throw failed(e);
            }
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public synchronized DjlArrays read(int[] indices) {
            // All that DJL allocates for a batch hangs on this manager and goes with it.
            try (NDManager manager = TorchModule.engine().newBaseManager()) {
                Iterator<Batch> batches = dataset.getData(manager, new Once(indices)).iterator();
                try (Batch batch = batches.next()) {
                    return DjlArrays.of(batch);
                }
            } catch (IOException
                    | TranslateException
                    | EngineException
                    | IllegalStateException
                    | IllegalArgumentException e) {
                throw failed(e);
            }
        }
    }

    /** Asks for one batch of given examples. */
    final class Once implements Sampler {
        private final int[] indices;

        Once(int[] indices) {
            this.indices = indices;
        }

        @Override
        public Iterator<List<Long>> sample(RandomAccessDataset dataset) {
            return List.of(Arrays.stream(indices).asLongStream().boxed().toList()).iterator();
        }

        @Override
        public int getBatchSize() {
            return indices.length;
        }
    }
}
