package dev.espalier.train.internal.run;

import dev.espalier.core.data.Batch;
import dev.espalier.core.data.BatchStream;
import dev.espalier.core.data.Batching;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.train.program.Objective;
import dev.espalier.train.program.Truth;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What training measures on held-out examples after each epoch:
 *
 * <pre>
 *   top-1           share of examples whose label has the highest score, where they have labels
 *   agreement       share for which student and first teacher name the same class
 *   error           root of the mean squared difference from float targets
 *   difference      the same from the first teacher's first output, over the root mean square
 *                   of that output
 * </pre>
 */
public final class ValidationMetric {
    private static final int BATCH = 100;

    private enum Kind {
        TOP_1("top-1", true),
        AGREEMENT("agreement with the teacher", true),
        ERROR("root mean squared error", false),
        DIFFERENCE("difference from the teacher", false),
        NOTHING("nothing", false);

        private final String words;
        private final boolean share;

        Kind(String words, boolean share) {
            this.words = words;
            this.share = share;
        }
    }

    private final Kind kind;
    private final Truth truth;
    private final Dataset data;
    private final ModelRunner runner;
    private final Optional<Model> teacher;

    private ValidationMetric(Kind kind, Objective objective, Dataset data, ModelRunner runner) {
        this.kind = kind;
        this.truth = objective.truth();
        this.data = data;
        this.runner = runner;
        this.teacher = objective.teachers().stream().findFirst();
    }

    /**
     * The one that fits an objective and the examples at hand.
     *
     * @param scores shape of the trained network's first output
     */
    static ValidationMetric of(
            Objective objective, Shape scores, Dataset data, ModelRunner runner) {
        return new ValidationMetric(kind(objective, scores, data), objective, data, runner);
    }

    private static Kind kind(Objective objective, Shape scores, Dataset data) {
        boolean classifies = scores.rank() == 2 && scores.size(1) > 1;
        if (data.size() == 0) {
            return Kind.NOTHING;
        } else if (objective.truth() == Truth.NUMBERS) {
            return data.targetShape().isPresent() ? Kind.ERROR : Kind.NOTHING;
        } else if (classifies && data.classes() > 0) {
            return Kind.TOP_1;
        } else if (objective.teachers().isEmpty()) {
            return Kind.NOTHING;
        }
        return classifies ? Kind.AGREEMENT : Kind.DIFFERENCE;
    }

    /** What the share of classes that were right in training steps is called. */
    String share() {
        return truth == Truth.CLASSES ? Kind.TOP_1.words : Kind.AGREEMENT.words;
    }

    /** Whether lower figures are better. */
    public boolean isFalling() {
        return !kind.share;
    }

    /** Whether anything is measured. */
    public boolean isThere() {
        return kind != Kind.NOTHING;
    }

    /** What it is, in words. */
    public String words() {
        return kind.words;
    }

    /** What it found, for a reader. */
    public String show(List<Double> found) {
        return found.stream()
                        .map(value -> String.format(Locale.ROOT, format(), shown(value)))
                        .collect(Collectors.joining(", "))
                + (kind.share ? " %" : "");
    }

    private String format() {
        return kind.share ? "%.2f" : "%.4f";
    }

    private double shown(double value) {
        return kind.share ? 100 * value : value;
    }

    /** Measures {@code model}; NaN where nothing is. */
    double of(Model model) {
        if (!isThere()) {
            return Double.NaN;
        }
        Tally tally = new Tally();
        try (ModelRunner.Session session = open(model);
                ModelRunner.Session other = needsTeacher() ? open(teacher.orElseThrow()) : null;
                BatchStream batches = BatchStream.open(data, Batching.inOrder(BATCH), 0)) {
            while (batches.hasNext()) {
                Batch batch = batches.next();
                float[] found = first(session, batch);
                switch (kind) {
                    case TOP_1 -> tally.classes(found, batch.labels());
                    case AGREEMENT -> tally.classes(found, best(first(other, batch), batch.size()));
                    case ERROR ->
                            tally.differences(found, batch.targets().orElseThrow().toFloats());
                    default -> tally.differences(found, first(other, batch));
                }
                batches.recycle(batch);
            }
        }
        return switch (kind) {
            case ERROR -> Math.sqrt(tally.difference / tally.count);
            case DIFFERENCE -> Math.sqrt(tally.difference / Math.max(1e-30, tally.square));
            default -> tally.hits / tally.count;
        };
    }

    private boolean needsTeacher() {
        return kind == Kind.AGREEMENT || kind == Kind.DIFFERENCE;
    }

    private ModelRunner.Session open(Model model) {
        return runner.open(model, List.of(model.graph().outputs().get(0).name()));
    }

    private static float[] first(ModelRunner.Session session, Batch batch) {
        Tensor output = session.run(batch.inputs()).values().iterator().next();
        return output.toFloats();
    }

    private static int[] best(float[] scores, int rows) {
        int classes = scores.length / rows;
        int[] best = new int[rows];
        for (int row = 0; row < rows; row++) {
            for (int k = 1; k < classes; k++) {
                if (scores[row * classes + k] > scores[row * classes + best[row]]) {
                    best[row] = k;
                }
            }
        }
        return best;
    }

    /** Sums over examples. */
    private static final class Tally {
        private double hits;
        private double difference;
        private double square;
        private double count;

        void classes(float[] scores, int[] expected) {
            int[] found = best(scores, expected.length);
            for (int i = 0; i < found.length; i++) {
                hits += found[i] == expected[i] ? 1 : 0;
            }
            count += found.length;
        }

        void differences(float[] found, float[] expected) {
            for (int i = 0; i < expected.length; i++) {
                double far = found[i] - expected[i];
                difference += far * far;
                square += (double) expected[i] * expected[i];
            }
            count += expected.length;
        }
    }
}
