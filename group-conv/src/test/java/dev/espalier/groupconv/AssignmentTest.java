package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.groupconv.structure.Permutation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssignmentTest {
    private static double sum(double[][] cost, int[] columns) {
        return IntStream.range(0, cost.length).mapToDouble(i -> cost[i][columns[i]]).sum();
    }

    private static double least(double[][] cost, int row, boolean[] taken) {
        if (row == cost.length) {
            return 0;
        }
        double least = Double.POSITIVE_INFINITY;
        for (int j = 0; j < cost.length; j++) {
            if (!taken[j]) {
                taken[j] = true;
                least = Math.min(least, cost[row][j] + least(cost, row + 1, taken));
                taken[j] = false;
            }
        }
        return least;
    }

    private static void assertOrder(int[] columns) {
        int[] sorted = columns.clone();
        Arrays.sort(sorted);
        assertThat(sorted).isEqualTo(IntStream.range(0, columns.length).toArray());
    }

    @Test
    void smallOnesAreAsGoodAsTheBestOfAll() {
        Random random = new Random(3);
        for (int run = 0; run < 600; run++) {
            int size = 1 + run % 7;
            // Few values, so that there are many ties; every third with negative ones.
            int values = run % 2 == 0 ? 4 : 1000;
            double shift = run % 3 == 0 ? 5 : 0;
            double[][] cost = new double[size][size];
            for (double[] row : cost) {
                Arrays.setAll(row, j -> random.nextInt(values) * 0.1 - shift);
            }
            int[] found = Assignment.solve(cost);
            assertOrder(found);
            assertThat(sum(cost, found)).isCloseTo(least(cost, 0, new boolean[size]), within(1e-9));
        }
    }

    /** Costs of which one order of the columns is the best. */
    private static double[][] planted(Permutation best, Random random) {
        int size = best.size();
        double[] u = random.doubles(size, -1, 1).toArray();
        double[] v = random.doubles(size, -1, 1).toArray();
        double[][] cost = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                cost[i][j] = u[i] + v[j] + (best.at(i) == j ? 0 : 1e-3 + random.nextDouble());
            }
        }
        return cost;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 17, 64, 256})
    void aPlantedOptimumIsFound(int size) {
        Random random = new Random(size);
        Permutation best = ShuffleSearch.random(size, size, random).outputs();
        assertThat(Assignment.solve(planted(best, random))).isEqualTo(best.toArray());
    }

    /** How long it took goes to {@code group-conv/target/assignment.md}. */
    @ParameterizedTest
    @ValueSource(ints = {64, 512, 2048})
    @EnabledIfSystemProperty(named = "espalier.endurance", matches = "true")
    void wideLayersAreAssigned(int size) throws IOException {
        Random random = new Random(size);
        Permutation best = ShuffleSearch.random(size, size, random).outputs();
        double[][] planted = planted(best, random);
        // Of the places in one group each costs the same, so that rows of a shuffle's costs are
        // alike.
        double[] weights = random.doubles((long) size * size).map(x -> x * x * x).toArray();
        double[][] shuffle =
                CostMatrix.full(size, size, 0.5).rowCosts(NormMatrix.of(size, size, weights));
        String times = median(planted) + " | " + median(shuffle);
        Files.writeString(
                Path.of("target", "assignment.md"),
                "| %d | %s |%n".formatted(size, times),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        assertThat(Assignment.solve(planted)).isEqualTo(best.toArray());
        assertOrder(Assignment.solve(shuffle));
    }

    private static String median(double[][] cost) {
        double[] seconds = new double[7];
        for (int i = 0; i < seconds.length; i++) {
            long start = System.nanoTime();
            Assignment.solve(cost);
            seconds[i] = (System.nanoTime() - start) / 1e9;
        }
        Arrays.sort(seconds);
        return "%.3g s".formatted(seconds[seconds.length / 2]);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 60, 128})
    void equalRowsAndEqualCostsEndToo(int size) {
        double[][] equal = new double[size][size];
        assertOrder(Assignment.solve(equal));
        Random random = new Random(size);
        double[] a = random.doubles(size).toArray();
        double[] b = random.doubles(size).toArray();
        double[][] two = new double[size][];
        Arrays.setAll(two, i -> i < size / 2 ? a : b);
        int[] found = Assignment.solve(two);
        assertOrder(found);
        double[] gains = IntStream.range(0, size).mapToDouble(j -> a[j] - b[j]).sorted().toArray();
        double best = Arrays.stream(b).sum() + Arrays.stream(gains, 0, size / 2).sum();
        assertThat(sum(two, found)).isCloseTo(best, within(1e-9));
    }

    @Test
    void noneAndOne() {
        assertThat(Assignment.solve(new double[0][0])).isEmpty();
        assertThat(Assignment.solve(new double[][] {{3}})).containsExactly(0);
    }
}
