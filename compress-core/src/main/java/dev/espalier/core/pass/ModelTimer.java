package dev.espalier.core.pass;

import dev.espalier.core.ir.Model;
import java.util.Arrays;
import java.util.List;

/**
 * Measures how long models take on this machine, to choose between them while passes run; what the
 * report states is measured with more care.
 */
public interface ModelTimer {
    /**
     * Runs the models by turns, so that what disturbs one disturbs all.
     *
     * @param seconds about how long to measure, without loading
     * @return for each model the microseconds of one run in every round; all have equally many
     * @throws dev.espalier.core.UnsupportedModelException where the runtime refuses one
     */
    List<double[]> micros(List<Model> models, double seconds);

    /** What stands for a model's rounds. */
    static double median(double[] micros) {
        double[] sorted = micros.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
