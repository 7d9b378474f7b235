package dev.espalier.core.guard;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.Batch;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.InputBatches;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.pass.PassContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Measures what networks lose against one of them, on validation examples. It looks at as many as
 * the margin to a bound asks for, and at what it was given at the most; the reference's answers are
 * kept. Not thread-safe.
 */
public final class LossMeter {
    /** Examples between two looks at whether the verdict is clear. */
    private static final int BLOCK = 256;

    private static final int LEAST = 512;

    /** Where the network takes any number at once. */
    private static final int BATCH = 16;

    private final Model reference;
    private final Dataset examples;
    private final List<int[]> batches;
    private final List<int[]> answers = new ArrayList<>();
    private final PassContext context;

    /**
     * @param reference the network that others are measured against
     * @param samples at most as many of the validation examples are looked at
     * @throws InvalidOptionException where there is nothing to measure on, see {@link #obstacle}
     */
    public LossMeter(Model reference, int samples, PassContext context) {
        obstacle(reference, context)
                .ifPresent(
                        text -> {
                            throw new InvalidOptionException(text);
                        });
        this.reference = reference;
        this.examples = context.data().validation();
        this.batches = InputBatches.indices(reference, examples, samples, BATCH);
        this.context = context;
        if (batches.isEmpty()) {
            throw new InvalidOptionException(
                    "the %s validation examples do not fill one batch of the model"
                            .formatted(examples.size()));
        }
    }

    /** Why nothing can be measured of {@code model} here, as a sentence; empty where it can. */
    public static Optional<String> obstacle(Model model, PassContext context) {
        if (!context.hasData()) {
            return Optional.of(
                    "what is lost is measured on validation examples, and there is no data");
        }
        Dataset validation = context.data().validation();
        if (validation.size() == 0) {
            return Optional.of(
                    "what is lost is measured on validation examples, and the data has none; give"
                            + " 'validation' in the data block a share of the training examples");
        }
        return validation.classes() > 0 || isScores(model)
                ? Optional.empty()
                : Optional.of(
                        "what is lost is counted in answers, and the data has no labels and the model's first output is not one row of scores for each example");
    }

    private static boolean isScores(Model model) {
        Shape shape = ShapeInference.of(model).shape(model.graph().outputs().get(0).name());
        return shape.isRanked()
                && shape.rank() == 2
                && !(shape.dim(1).isFixed() && shape.size(1) < 2);
    }

    /** How many examples are looked at where the margin asks for all. */
    public int examples() {
        return batches.stream().mapToInt(batch -> batch.length).sum();
    }

    /** What {@code model} loses, on as many examples as {@code bound} needs to be judged by. */
    public Loss of(Model model, LossBound bound) {
        Loss loss = new Loss(0, 0, 0, 0, 0);
        try (Replies before = new Replies(reference);
                Replies after = new Replies(model)) {
            int looked = 0;
            for (int i = 0; i < batches.size(); i++) {
                context.checkCancelled();
                Batch batch = examples.batch(batches.get(i));
                if (i == answers.size()) {
                    answers.add(before.of(batch));
                }
                loss = sum(loss, batch, answers.get(i), after.of(batch));
                looked += batch.size();
                if (looked >= BLOCK) {
                    looked = 0;
                    if (loss.examples() >= LEAST && bound.isClear(loss)) {
                        break;
                    }
                }
            }
        }
        return loss;
    }

    private Loss sum(Loss loss, Batch batch, int[] was, int[] is) {
        int labelled = 0;
        int lost = 0;
        int won = 0;
        int others = 0;
        boolean isLabelled = examples.classes() > 0;
        for (int n = 0; n < was.length; n++) {
            others += was[n] == is[n] ? 0 : 1;
            if (isLabelled && batch.labels()[n] >= 0) {
                int label = batch.labels()[n];
                labelled++;
                lost += was[n] == label && is[n] != label ? 1 : 0;
                won += was[n] != label && is[n] == label ? 1 : 0;
            }
        }
        return new Loss(
                loss.examples() + was.length,
                loss.labelled() + labelled,
                loss.lost() + lost,
                loss.won() + won,
                loss.others() + others);
    }

    /** Of one network, opened when it is asked first. */
    private final class Replies implements AutoCloseable {
        private final Model model;
        private ModelRunner.Session session;

        Replies(Model model) {
            this.model = model;
        }

        int[] of(Batch batch) {
            if (session == null) {
                session = context.runner().open(model);
            }
            String output = model.graph().outputs().get(0).name();
            return Answers.of(session.run(batch.inputs()).get(output), batch.size());
        }

        @Override
        public void close() {
            if (session != null) {
                session.close();
            }
        }
    }
}
