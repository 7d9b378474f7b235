package dev.espalier.runtime;

import dev.espalier.core.CancelledException;
import dev.espalier.core.DataException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.Progress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A classifier's scores for every example of a labelled dataset, in order. Several batches run at
 * once, each on one thread: threads that work on one operator together wait for each other after
 * every one, and where other processes want the cores too, for long.
 */
final class ScoredExamples {
    /** More batches at once would take more memory than they save time. */
    private static final int MOST_AT_ONCE = 8;

    /** Takes the scores of one example. */
    @FunctionalInterface
    interface Visitor {
        /**
         * @param example from 0
         * @param row of {@code scores} that is the example's
         */
        void visit(int example, int label, Scores scores, int row);
    }

    private ScoredExamples() {}

    /** What a batch's scores will be. */
    private record Ahead(Batch batch, Future<Tensor> scores) {}

    /**
     * How many batches run at once under {@code settings}, whose threads they share.
     *
     * @return at least 1
     */
    static int atOnce(SessionSettings settings) {
        int threads =
                settings.threads() > 0
                        ? settings.threads()
                        : Runtime.getRuntime().availableProcessors();
        return Math.min(MOST_AT_ONCE, threads);
    }

    /** {@code settings} for a session that runs {@link #atOnce} batches at once. */
    static SessionSettings each(SessionSettings settings) {
        int atOnce = atOnce(settings);
        int threads =
                settings.threads() > 0
                        ? settings.threads()
                        : Runtime.getRuntime().availableProcessors();
        return settings.withThreads(Math.max(1, threads / atOnce));
    }

    /**
     * Runs a model on all examples.
     *
     * @param output of the model that holds the scores
     * @param atOnce how many batches run at once
     * @throws DataException where the data has no labels, labels beyond the model's classes, or
     *     does not fit its inputs
     */
    static void visit(
            OrtModel session,
            String output,
            int atOnce,
            Dataset data,
            Progress progress,
            Visitor visitor) {
        int example = 0;
        ExecutorService threads = Executors.newFixedThreadPool(atOnce, ScoredExamples::thread);
        try (ModelFeed feed = new ModelFeed(data, session.inputs(), atOnce);
                Progress.Task task = progress.begin("evaluate", data.size(), "examples")) {
            Deque<Ahead> ahead = new ArrayDeque<>();
            while (feed.hasNext() || !ahead.isEmpty()) {
                // One more than run, so that no thread waits for this one.
                while (ahead.size() <= atOnce && feed.hasNext()) {
                    Batch batch = feed.next();
                    Map<String, Tensor> feeds = feed.feeds(batch);
                    ahead.add(
                            new Ahead(batch, threads.submit(() -> session.run(feeds).get(output))));
                }
                Ahead first = ahead.remove();
                Batch batch = first.batch();
                Scores scores = new Scores(output, result(first.scores()));
                check(scores, batch, data);
                for (int row = 0; row < batch.size(); row++) {
                    visitor.visit(example++, batch.labels()[row], scores, row);
                }
                task.advance(batch.size());
                feed.done(batch);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "espalier-evaluation");
        thread.setDaemon(true);
        return thread;
    }

    private static Tensor result(Future<Tensor> scores) {
        try {
            return scores.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("interrupted while evaluating", e);
        }
    }

    private static void check(Scores scores, Batch batch, Dataset data) {
        if (data.classes() > scores.width()) {
            throw new DataException(
                    "the data has %s classes, the model tells only %s apart"
                            .formatted(data.classes(), scores.width()));
        }
        if (scores.rows() < batch.size()) {
            throw new DataException(
                    ("the model gives %s rows of scores for %s examples; "
                                    + "its batch axis is not the first")
                            .formatted(scores.rows(), batch.size()));
        }
        for (int label : batch.labels()) {
            if (label < 0) {
                throw new DataException(
                        "the data has no labels, so that accuracy cannot be measured");
            }
            if (label >= scores.width()) {
                throw new DataException(
                        "an example has the label %s, the model's classes are 0 to %s"
                                .formatted(label, scores.width() - 1));
            }
        }
    }
}
