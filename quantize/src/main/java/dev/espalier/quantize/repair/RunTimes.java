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
     * How many microseconds {@code other} takes longer than {@code model} for one run on {@code
     * input}, negative where it is faster: the difference of the times that one run in ten
     * undercuts, which other work on the machine hardly touches. The two run by turns.
     */
    static double difference(
            Model model, Model other, Map<String, Tensor> input, PassContext context) {
        double[] first = new double[ROUNDS];
        double[] second = new double[ROUNDS];
        try (ModelRunner.Session a = context.runner().open(model);
                ModelRunner.Session b = context.runner().open(other)) {
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                context.checkCancelled();
                double ofModel = micros(a, input);
                double ofOther = micros(b, input);
                if (round >= 0) {
                    first[round] = ofModel;
                    second[round] = ofOther;
                }
            }
        }
        Arrays.sort(first);
        Arrays.sort(second);
        return second[ROUNDS / 10] - first[ROUNDS / 10];
    }

    private static double micros(ModelRunner.Session session, Map<String, Tensor> input) {
        long start = System.nanoTime();
        session.run(input);
        return (System.nanoTime() - start) / NANOS_PER_MICRO;
    }
}
