package dev.espalier.quantize.internal.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.option.Blocks;
import dev.espalier.quantize.option.RoundingSettings;
import dev.espalier.quantize.option.WeightType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How long GPTQ takes for square layers in blocks of 32, run by hand on a quiet machine: {@code
 * -Despalier.gptq.inputs=64,1024,4096} names their sizes. The table, of medians of {@code
 * -Despalier.repetitions} on the clock and of the process's CPU, goes to {@code
 * target/gptq-times.md}.
 */
@Tag("throughput")
@EnabledIfSystemProperty(named = "espalier.gptq.inputs", matches = ".+")
class GptqTimesTest {
    private static final int REPETITIONS = Integer.getInteger("espalier.repetitions", 1);

    /** Rows of activations of one batch, and batches: twice as many rows as inputs. */
    private static final int BATCH = 512;

    @Test
    void roundsLayers() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("| inputs and outputs | Hessian | rounding | error of both |");
        lines.add("|---|---|---|---|");
        for (String inputs : System.getProperty("espalier.gptq.inputs").split(",")) {
            lines.add(line(Integer.parseInt(inputs)));
        }
        Files.write(Path.of("target", "gptq-times.md"), lines);
        assertThat(lines).hasSizeGreaterThan(2);
    }

    private static String line(int k) {
        SplittableRandom random = new SplittableRandom(17);
        float[] batch = new float[BATCH * k];
        float[] columns = new float[k * k];
        for (float[] values : new float[][] {batch, columns}) {
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
        }
        Blocks blocks = Options.defaults(Blocks.class);
        RoundingSettings settings =
                Options.defaults(RoundingSettings.class).withMethod(RoundingSettings.Method.GPTQ);
        double[][] seconds = new double[6][REPETITIONS];
        for (int i = 0; i < REPETITIONS; i++) {
            double[] start = {clock(), cpu()};
            Hessian hessian = new Hessian(k);
            for (int rows = 0; rows < 2 * k; rows += BATCH) {
                hessian.add(batch);
            }
            double[] gathered = {clock(), cpu()};
            BlockWeight rounded =
                    new Gptq(WeightType.INT4, blocks, settings).round(columns, k, hessian);
            double[] done = {clock(), cpu()};
            assertThat(hessian.error(rounded, columns)).isPositive();
            double[] end = {clock(), cpu()};
            for (int of = 0; of < 2; of++) {
                seconds[of][i] = gathered[of] - start[of];
                seconds[2 + of][i] = done[of] - gathered[of];
                seconds[4 + of][i] = end[of] - done[of];
            }
        }
        return String.format(
                Locale.ROOT,
                "| %d | %.3f s, CPU %.3f s | %.3f s, CPU %.3f s | %.3f s, CPU %.3f s |",
                Stream.concat(
                                Stream.of((Object) k),
                                Arrays.stream(seconds).map(GptqTimesTest::median))
                        .toArray());
    }

    private static double clock() {
        return System.nanoTime() / 1e9;
    }

    private static double cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis()
                / 1e3;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
