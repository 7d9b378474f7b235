package dev.espalier.core.data;

import dev.espalier.core.CancelledException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * The batches of one epoch, made ahead of their use on threads of their own. Order and content
 * depend on dataset, batching and epoch alone, not on the number of threads. For one consumer
 * thread; must be closed, which is possible at any time.
 *
 * <pre>{@code
 * try (BatchStream batches = BatchStream.open(training, batching, epoch)) {
 *     while (batches.hasNext()) {
 *         Batch batch = batches.next();
 *         ...
 *         batches.recycle(batch);
 *     }
 * }
 * }</pre>
 */
public final class BatchStream implements Iterator<Batch>, AutoCloseable {
    private static final int MOST_THREADS = 8;

    private final Dataset dataset;
    private final Batching batching;
    private final long epochSeed;
    private final int[] order;
    private final int batches;
    private final ExecutorService threads;
    private final Deque<Future<Batch>> ahead = new ArrayDeque<>();
    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private int submitted;
    private int given;

    private BatchStream(Dataset dataset, Batching batching, long epoch, int threads, int first) {
        this.dataset = dataset;
        this.batching = batching;
        this.epochSeed = Seeds.mix(batching.seed(), epoch);
        this.order = order(dataset.size(), batching.shuffled(), epochSeed);
        this.batches = batching.batches(dataset.size());
        this.submitted = Math.min(first, batches);
        this.given = submitted;
        this.threads =
                Executors.newFixedThreadPool(
                        threads,
                        work -> {
                            Thread thread = new Thread(work, "espalier-batches");
                            thread.setDaemon(true);
                            return thread;
                        });
        // One batch that is ready for each thread besides the one it works on.
        for (int i = 0; i < 2 * threads; i++) {
            submitNext();
        }
    }

    /** One thread a core, up to eight. */
    public static BatchStream open(Dataset dataset, Batching batching, long epoch) {
        return openAt(0, dataset, batching, epoch);
    }

    /**
     * The same without the batches before number {@code first}, which are not made either: for an
     * epoch that goes on where it was interrupted.
     *
     * @param first counted from 0
     */
    public static BatchStream openAt(int first, Dataset dataset, Batching batching, long epoch) {
        int cores = Runtime.getRuntime().availableProcessors();
        return new BatchStream(dataset, batching, epoch, Math.min(MOST_THREADS, cores), first);
    }

    /**
     * @param epoch number of this pass over the data; decides order and augmentation
     * @param threads that make batches; twice as many batches are ahead at most
     */
    public static BatchStream open(Dataset dataset, Batching batching, long epoch, int threads) {
        return new BatchStream(dataset, batching, epoch, threads, 0);
    }

    private static int[] order(int size, boolean shuffled, long seed) {
        int[] order = IntStream.range(0, size).toArray();
        if (shuffled) {
            shuffle(order, new SplittableRandom(seed));
        }
        return order;
    }

    /** Fisher-Yates. */
    public static void shuffle(int[] order, SplittableRandom random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }

    private void submitNext() {
        if (submitted == batches) {
            return;
        }
        int[] indices = indices(submitted++);
        ahead.add(threads.submit(() -> make(indices)));
    }

    private int[] indices(int batch) {
        int from = batch * batching.size();
        return Arrays.copyOfRange(order, from, Math.min(order.length, from + batching.size()));
    }

    private Batch make(int[] indices) {
        return dataset.batch(indices, batching.augmentation(), epochSeed, this::memory);
    }

    private ByteBuffer memory(int bytes) {
        synchronized (free) {
            for (Iterator<ByteBuffer> each = free.iterator(); each.hasNext(); ) {
                ByteBuffer buffer = each.next();
                if (buffer.capacity() >= bytes) {
                    each.remove();
                    return buffer;
                }
            }
        }
        return ByteBuffer.allocateDirect(bytes);
    }

    /** Number of batches of the whole epoch, those before the first one included. */
    public int batches() {
        return batches;
    }

    @Override
    public boolean hasNext() {
        return !ahead.isEmpty();
    }

    /**
     * The next batch, waited for where it is not ready yet.
     *
     * @throws dev.espalier.core.DataException where an example cannot be read
     * @throws CancelledException where this thread is interrupted
     */
    @Override
    public Batch next() {
        Future<Batch> head = ahead.poll();
        if (head == null) {
            throw new NoSuchElementException("the epoch has " + batches + " batches");
        }
        try {
            Batch batch = head.get();
            given++;
            submitNext();
            return batch;
        } catch (ExecutionException e) {
            close();
            throw rethrown(e.getCause());
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new CancelledException("interrupted while reading data", e);
        }
    }

    /** The dataset's indices of the examples in the batch that came last. */
    public int[] indices() {
        if (given == 0) {
            throw new IllegalStateException("no batch has come yet");
        }
        return indices(given - 1);
    }

    private static RuntimeException rethrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return (RuntimeException) cause;
    }

    /**
     * Gives the memory of a batch back for batches to come, so that native memory does not wait for
     * the heap to be collected. The batch and its tensors must not be used any more. Batches that
     * are not given back stay valid.
     */
    public void recycle(Batch batch) {
        synchronized (free) {
            free.addAll(batch.memory());
        }
    }

    /** Stops the threads and drops what was made ahead. */
    @Override
    public void close() {
        ahead.forEach(future -> future.cancel(true));
        ahead.clear();
        threads.shutdownNow();
    }
}
