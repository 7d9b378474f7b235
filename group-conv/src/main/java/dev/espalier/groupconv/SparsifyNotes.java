package dev.espalier.groupconv;

import dev.espalier.core.report.Figures;
import dev.espalier.train.program.Regularizer;
import java.util.Locale;
import java.util.stream.Collectors;

/** Says what the training towards groups did. */
final class SparsifyNotes {
    private SparsifyNotes() {}

    /** The course of what could be removed, in a sentence. */
    static String of(Regularizer regularizer, double threshold) {
        return String.format(
                Locale.ROOT,
                "sparsify: removable where layers lose at most %s, before and after each epoch: %s; lambda ended at %.4g",
                Figures.percent(threshold),
                Sparsification.removed(regularizer).stream()
                        .map(share -> Figures.percent(share))
                        .collect(Collectors.joining(", ")),
                Sparsification.lambda(regularizer));
    }
}
