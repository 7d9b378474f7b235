package dev.espalier.quantize.repair;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import java.util.Arrays;
import java.util.Map;

/** Compares how long two models take here, to choose between layers; no figure for a report. */
final class RunTimes {
    private static final int WARM_UP = 10;
    private static final int ROUNDS = 60;
    private static final double NANOS_PER_MICRO = 1e3;

    private RunTimes() {}

    /**
     * The median of how many microseconds {@code other} takes longer than {@code model} for one run
     * on {@code input}, negative where it is faster; the two run by turns, so that what disturbs
     * one disturbs both.
     */
    static double difference(
            Model model, Model other, Map<String, Tensor> input, PassContext context) {
        double[] differences = new double[ROUNDS];
        try (ModelRunner.Session a = context.runner().open(model);
                ModelRunner.Session b = context.runner().open(other)) {
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                context.checkCancelled();
                double difference = micros(b, input) - micros(a, input);
                if (round >= 0) {
                    differences[round] = difference;
                }
            }
        }
        Arrays.sort(differences);
        return differences[ROUNDS / 2];
    }

    private static double micros(ModelRunner.Session session, Map<String, Tensor> input) {
        long start = System.nanoTime();
        session.run(input);
        return (System.nanoTime() - start) / NANOS_PER_MICRO;
    }
}
