package dev.espalier.groupconv.convert;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.data.ModelRunner.Session;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Times models against each other. */
@FunctionalInterface
interface ModelTimer {
    /** Seconds of one run of each model. */
    double[] seconds(List<Model> models);

    /**
     * Runs the models by turns on random inputs. The fastest of many runs counts: whatever else the
     * machine does only ever adds time, and to all of them alike.
     *
     * @param shapes sizes for what the inputs leave open
     */
    static ModelTimer by(ModelRunner runner, InputShapes shapes) {
        return models -> {
            List<Session> sessions = new ArrayList<>();
            try {
                models.forEach(model -> sessions.add(runner.open(model)));
                Map<String, Tensor> inputs =
                        shapes.random(models.get(0).graph().feeds(), new SplittableRandom(1));
                return fastest(sessions, inputs);
            } finally {
                sessions.forEach(Session::close);
            }
        };
    }

    private static double[] fastest(List<Session> sessions, Map<String, Tensor> inputs) {
        int warmUp = 5;
        int mostRuns = 200;
        double budget = 0.3 * sessions.size();
        double[] fastest = new double[sessions.size()];
        Arrays.fill(fastest, Double.POSITIVE_INFINITY);
        long begin = System.nanoTime();
        for (int run = -warmUp; run < mostRuns; run++) {
            for (int i = 0; i < fastest.length; i++) {
                long start = System.nanoTime();
                sessions.get(i).run(inputs);
                double seconds = (System.nanoTime() - start) / 1e9;
                if (run >= 0) {
                    fastest[i] = Math.min(fastest[i], seconds);
                }
            }
            if (run > warmUp && (System.nanoTime() - begin) / 1e9 > budget) {
                break;
            }
        }
        return fastest;
    }
}
