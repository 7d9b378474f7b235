package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.pass.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShuffleSearchTest {
    private static final Progress.Task TASK = Progress.SILENT.begin("", 1, "");

    private static ShuffleSearch search(long seed) {
        return new ShuffleSearch(Groupability.RESTARTS, ShuffleSearch.SWEEPS, 0.5, seed);
    }

    /** Ones in the blocks of {@code groups}, noise everywhere, rows and columns shuffled. */
    private static NormMatrix planted(int rows, int columns, int groups, Random random) {
        double[] norms = new double[rows * columns];
        for (int i = 0; i < norms.length; i++) {
            boolean block = i / columns / (rows / groups) == i % columns / (columns / groups);
            norms[i] = (block ? 1 : 0) + 0.02 * random.nextDouble();
        }
        Shuffle hidden = ShuffleSearch.random(rows, columns, random);
        return hidden.order(NormMatrix.of(rows, columns, norms));
    }

    private static int recovered(int rows, int columns, int groups, int runs) {
        int recovered = 0;
        for (int run = 0; run < runs; run++) {
            NormMatrix s = planted(rows, columns, groups, new Random(run * 31L + groups));
            recovered += isRecovered(search(run).find(s, TASK).order(s), groups) ? 1 : 0;
        }
        return recovered;
    }

    /** Whether all that was planted lies in the groups; noise is far below a half. */
    private static boolean isRecovered(NormMatrix ordered, int groups) {
        int height = ordered.rows() / groups;
        int width = ordered.columns() / groups;
        for (int row = 0; row < ordered.rows(); row++) {
            for (int column = 0; column < ordered.columns(); column++) {
                if (ordered.at(row, column) > 0.5 && row / height != column / width) {
                    return false;
                }
            }
        }
        return true;
    }

    @ParameterizedTest
    @CsvSource({"16, 16, 4", "64, 64, 2", "64, 64, 8", "64, 64, 64", "32, 96, 8", "24, 40, 8"})
    void plantedBlocksAreFoundAgain(int rows, int columns, int groups) {
        assertThat(recovered(rows, columns, groups, 100)).isGreaterThanOrEqualTo(95);
    }

    /** How many were found goes to {@code group-conv/target/planted-blocks.md}. */
    @ParameterizedTest
    @CsvSource({"256, 256, 2", "256, 256, 4", "256, 256, 16", "128, 256, 32", "256, 256, 256"})
    @EnabledIfSystemProperty(named = "espalier.endurance", matches = "true")
    void largePlantedBlocksAreFoundAgain(int rows, int columns, int groups) throws IOException {
        int recovered = recovered(rows, columns, groups, 100);
        Files.writeString(
                Path.of("target", "planted-blocks.md"),
                "| %d × %d | %d | %d of 100 |%n".formatted(rows, columns, groups, recovered),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        assertThat(recovered).isGreaterThanOrEqualTo(95);
    }

    @ParameterizedTest
    @CsvSource({"16, 16", "24, 8", "7, 12", "32, 64"})
    void theLossNeverRises(int rows, int columns) {
        Random random = new Random(rows + columns);
        CostMatrix cost = CostMatrix.full(rows, columns, 0.5);
        for (int run = 0; run < 20; run++) {
            NormMatrix s =
                    NormMatrix.of(
                            rows,
                            columns,
                            random.doubles((long) rows * columns).map(x -> x * x * x).toArray());
            Shuffle shuffle = ShuffleSearch.random(rows, columns, random);
            double loss = cost.loss(shuffle.order(s));
            for (int sweep = 0; sweep < 10; sweep++) {
                shuffle = new ShuffleSearch(1, 1, 0.5, 0).refine(s, shuffle);
                double next = cost.loss(shuffle.order(s));
                assertThat(next).isLessThanOrEqualTo(loss);
                loss = next;
            }
            Shuffle found = search(run).find(s, TASK);
            assertThat(cost.loss(found.order(s))).isLessThanOrEqualTo(cost.loss(s) + 1e-9);
        }
    }

    @Test
    void theSameSeedGivesTheSameShuffle() {
        NormMatrix s = NormMatrix.of(16, 16, new Random(5).doubles(256).toArray());
        assertThat(search(9).find(s, TASK)).isEqualTo(search(9).find(s, TASK));
    }

    @Test
    void ofEqualEndingsTheFirstIsTaken() {
        double[] losses = {3, 1, 2, 1, 1, 4, 1, 5};
        for (int run = 0; run < 100; run++) {
            int best = search(run).best(restart -> restart, restart -> losses[restart], TASK);
            assertThat(best).isEqualTo(1);
        }
    }

    @Test
    void zerosHaveAShuffleToo() {
        NormMatrix s = NormMatrix.of(4, 4, new double[16]);
        assertThat(search(1).find(s, TASK).kept(s)).containsExactly(1.0, 1.0, 1.0);
    }

    @Test
    void ordinaryWeightsLoseHalfOfTheirMassAtTwoGroups() {
        Random random = new Random(11);
        double[] norms = new double[64 * 64];
        for (int i = 0; i < norms.length * 9; i++) {
            norms[i / 9] += Math.abs(random.nextGaussian());
        }
        NormMatrix s = NormMatrix.of(64, 64, norms);
        assertThat(search(1).find(s, TASK).kept(s).get(1)).isCloseTo(0.52, within(0.02));
    }
}
