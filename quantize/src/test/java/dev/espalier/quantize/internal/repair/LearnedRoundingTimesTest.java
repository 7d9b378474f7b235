package dev.espalier.quantize.internal.repair;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How long learned rounding takes for a layer, run by hand on a quiet machine: {@code
 * -Despalier.learned.inputs=4608} names its inputs. {@code -Despalier.learned.columns} tells how
 * many columns its moments are of, {@code -Despalier.learned.outputs} how many rows are rounded,
 * {@code -Despalier.learned.iterations} in how many steps. The times go to {@code
 * target/learned-rounding-times.md}.
 */
@Tag("throughput")
@EnabledIfSystemProperty(named = "espalier.learned.inputs", matches = ".+")
class LearnedRoundingTimesTest {
    private static final int DEPTH = Integer.getInteger("espalier.learned.inputs", 4608);

    /** 128 samples of 7 by 7 positions, and the channels of the last layers of a ResNet. */
    private static final int COLUMNS = Integer.getInteger("espalier.learned.columns", 128 * 7 * 7);

    private static final int OUTPUTS = Integer.getInteger("espalier.learned.outputs", 512);
    private static final int ITERATIONS = Integer.getInteger("espalier.learned.iterations", 1000);

    @Test
    void roundsALayer() throws IOException {
        SplittableRandom random = new SplittableRandom(17);
        double[][] rows = new double[OUTPUTS][DEPTH];
        for (double[] row : rows) {
            for (int j = 0; j < DEPTH; j++) {
                row[j] = random.nextGaussian();
            }
        }
        double[] start = {clock(), cpu()};
        Moments moments = new Moments(DEPTH, OUTPUTS);
        double[] input = new double[DEPTH];
        double[] output = new double[OUTPUTS];
        for (int i = 0; i < COLUMNS; i++) {
            for (int j = 0; j < DEPTH; j++) {
                input[j] = Math.max(0, random.nextGaussian());
            }
            for (int m = 0; m < OUTPUTS; m++) {
                output[m] = random.nextGaussian();
            }
            moments.add(input, output);
        }
        Moments.Fit fit = moments.fit(true);
        double[] gathered = {clock(), cpu()};
        List<WeightSteps> steps = Arrays.stream(rows).map(row -> WeightSteps.of(row, 4)).toList();
        int[][] integers =
                new LearnedRounding(fit.h(), ITERATIONS, 0.1).round(rows, fit.c(), steps);
        for (int m = 0; m < OUTPUTS; m++) {
            for (int j = 0; j < DEPTH; j++) {
                rows[m][j] = (double) steps.get(m).step() * integers[m][j];
            }
        }
        double[] rounded = {clock(), cpu()};
        double error = Arrays.stream(fit.errors(rows)).sum();
        double[] done = {clock(), cpu()};
        List<String> lines =
                List.of(
                        "| inputs | outputs | columns | steps | moments | rounding | error |",
                        "|---|---|---|---|---|---|---|",
                        String.format(
                                Locale.ROOT,
                                "| %d | %d | %d | %d | %.2f s, CPU %.2f s | %.2f s, CPU %.2f s | %.2f s, CPU %.2f s |",
                                DEPTH,
                                OUTPUTS,
                                COLUMNS,
                                ITERATIONS,
                                gathered[0] - start[0],
                                gathered[1] - start[1],
                                rounded[0] - gathered[0],
                                rounded[1] - gathered[1],
                                done[0] - rounded[0],
                                done[1] - rounded[1]));
        Files.write(Path.of("target", "learned-rounding-times.md"), lines);
        assertThat(error).isPositive();
    }

    private static double clock() {
        return System.nanoTime() / 1e9;
    }

    private static double cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis()
                / 1e3;
    }
}
