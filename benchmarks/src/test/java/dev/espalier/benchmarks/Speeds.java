package dev.espalier.benchmarks;

import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRun;
import java.util.List;

/** How fast the trainings of a context were. */
final class Speeds {
    private Speeds() {}

    /** Images a second in the steps of each epoch. */
    static List<Double> of(PassContext context) {
        return context.readings().stream()
                .filter(reading -> reading.curve().equals("images per second"))
                .map(PassRun.Reading::value)
                .toList();
    }
}
