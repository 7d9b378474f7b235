package dev.espalier.runtime;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.ModelTimer;
import java.util.ArrayList;
import java.util.List;

/**
 * Times models by turns on random inputs: a first turn for warming up, then rounds in each of which
 * every model runs for the same short time. A round's figure is its fastest run, which is disturbed
 * least.
 */
public final class Stopwatch implements ModelTimer {
    private static final int ROUNDS = 9;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;

    private final int threads;
    private final InputShapes shapes;
    private final long seed;

    /**
     * @param threads that one run may use
     * @param shapes sizes of what the inputs leave open
     * @param seed of the inputs
     */
    public Stopwatch(int threads, InputShapes shapes, long seed) {
        this.threads = threads;
        this.shapes = shapes;
        this.seed = seed;
    }

    @Override
    public List<double[]> micros(List<Model> models, double seconds) {
        List<TemporaryModel> files = new ArrayList<>();
        List<RepeatedRun> runs = new ArrayList<>();
        try {
            for (Model model : models) {
                TemporaryModel file = TemporaryModel.write(model);
                files.add(file);
                runs.add(RepeatedRun.open(file.path(), threads, shapes, seed));
            }
            double turn = seconds * NANOS_PER_SECOND / (ROUNDS + 1) / models.size();
            runs.forEach(run -> fastest(run, turn));
            List<double[]> micros = new ArrayList<>();
            runs.forEach(run -> micros.add(new double[ROUNDS]));
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < runs.size(); i++) {
                    micros.get(i)[round] = fastest(runs.get(i), turn);
                }
            }
            return micros;
        } finally {
            runs.forEach(RepeatedRun::close);
            files.forEach(TemporaryModel::delete);
        }
    }

    /** Microseconds of the fastest of the runs that fit into {@code nanos}; at least one. */
    private static double fastest(RepeatedRun run, double nanos) {
        long begin = System.nanoTime();
        long least = Long.MAX_VALUE;
        long now = begin;
        do {
            long start = now;
            run.run();
            now = System.nanoTime();
            least = Math.min(least, now - start);
        } while (now - begin < nanos);
        return least / NANOS_PER_MICRO;
    }
}
