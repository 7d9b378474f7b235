package dev.espalier.runtime;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.Progress;

/** A classifier's scores for every example of a labelled dataset, in order. */
final class ScoredExamples {
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

    /**
     * Runs a model on all examples.
     *
     * @param output of the model that holds the scores
     * @throws DataException where the data has no labels, labels beyond the model's classes, or
     *     does not fit its inputs
     */
    static void visit(
            OrtModel session, String output, Dataset data, Progress progress, Visitor visitor) {
        int example = 0;
        try (ModelFeed feed = new ModelFeed(data, session.inputs());
                Progress.Task task = progress.begin("evaluate", data.size(), "examples")) {
            while (feed.hasNext()) {
                Batch batch = feed.next();
                Tensor result = session.run(feed.feeds(batch)).get(output);
                Scores scores = new Scores(output, result);
                check(scores, batch, data);
                for (int row = 0; row < batch.size(); row++) {
                    visitor.visit(example++, batch.labels()[row], scores, row);
                }
                task.advance(batch.size());
                feed.done(batch);
            }
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
