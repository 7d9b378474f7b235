package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.groupconv.structure.Permutation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SemiAssignmentTest {
    /** Of an order of channels, by the block that each place is in. */
    private static double sum(double[][] cost, int[] order) {
        int room = cost.length / cost[0].length;
        return IntStream.range(0, cost.length)
                .mapToDouble(place -> cost[order[place]][place / room])
                .sum();
    }

    private static double least(double[][] cost, int channel, int[] room) {
        if (channel == cost.length) {
            return 0;
        }
        double least = Double.POSITIVE_INFINITY;
        for (int block = 0; block < room.length; block++) {
            if (room[block] > 0) {
                room[block]--;
                least = Math.min(least, cost[channel][block] + least(cost, channel + 1, room));
                room[block]++;
            }
        }
        return least;
    }

    /** As a general assignment has them: of each place for each channel. */
    private static double[][] byPlace(double[][] cost) {
        int room = cost.length / cost[0].length;
        double[][] places = new double[cost.length][];
        for (int place = 0; place < places.length; place++) {
            int block = place / room;
            places[place] =
                    place % room > 0
                            ? places[place - 1]
                            : Arrays.stream(cost).mapToDouble(costs -> costs[block]).toArray();
        }
        return places;
    }

    private static int[] solved(double[][] cost) {
        int[] order = SemiAssignment.solve(cost).toArray();
        int[] sorted = order.clone();
        Arrays.sort(sorted);
        assertThat(sorted).isEqualTo(IntStream.range(0, order.length).toArray());
        return order;
    }

    @Test
    void smallOnesAreAsGoodAsTheBestOfAll() {
        Random random = new Random(3);
        int[][] sizes = {{1, 1}, {2, 1}, {2, 2}, {6, 2}, {6, 3}, {6, 6}, {7, 7}, {8, 4}, {8, 2}};
        for (int run = 0; run < 900; run++) {
            int[] size = sizes[run % sizes.length];
            // Few values, so that there are many ties; every third with negative ones.
            int values = run % 2 == 0 ? 4 : 1000;
            double shift = run % 3 == 0 ? 5 : 0;
            double[][] cost = new double[size[0]][size[1]];
            for (double[] row : cost) {
                Arrays.setAll(row, j -> random.nextInt(values) * 0.1 - shift);
            }
            int[] room = new int[size[1]];
            Arrays.fill(room, size[0] / size[1]);
            assertThat(sum(cost, solved(cost))).isCloseTo(least(cost, 0, room), within(1e-9));
        }
    }

    /** What shuffles ask for, of norms of which some channels have far more. */
    private static double[][] shuffle(int size, int levels, Random random) {
        double[] large = random.doubles(size).map(x -> Math.exp(4 * x)).toArray();
        double[] norms = new double[size * size];
        Arrays.setAll(norms, i -> Math.pow(random.nextDouble(), 3) * large[i % size]);
        return CostMatrix.full(size, size, 0.5)
                .cut(levels)
                .rowCosts(NormMatrix.of(size, size, norms));
    }

    @ParameterizedTest
    @CsvSource({"96, 1", "96, 3", "96, 5", "128, 7", "100, 2"})
    void aShuffleCostsWhatAGeneralAssignmentFinds(int size, int levels) {
        for (int seed = 0; seed < 10; seed++) {
            double[][] cost = shuffle(size, levels, new Random(seed));
            double[][] places = byPlace(cost);
            int[] general = Assignment.solve(places);
            double expected =
                    IntStream.range(0, size).mapToDouble(i -> places[i][general[i]]).sum();

            assertThat(sum(cost, solved(cost))).isCloseTo(expected, within(1e-9 * expected));
        }
    }

    /** Costs of which one order of the channels is the best. */
    private static double[][] planted(Permutation best, Random random) {
        int size = best.size();
        double[] u = random.doubles(size, -1, 1).toArray();
        double[] v = random.doubles(size, -1, 1).toArray();
        double[][] cost = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                cost[j][i] = u[i] + v[j] + (best.at(i) == j ? 0 : 1e-3 + random.nextDouble());
            }
        }
        return cost;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 17, 64, 256})
    void aPlantedOptimumIsFound(int size) {
        Random random = new Random(size);
        Permutation best = ShuffleSearch.random(size, size, random).outputs();
        assertThat(SemiAssignment.solve(planted(best, random))).isEqualTo(best);
    }

    @ParameterizedTest
    @CsvSource({"8, 8", "60, 12", "128, 32", "128, 1"})
    void equalChannelsAndEqualCostsEndToo(int size, int blocks) {
        double[][] equal = new double[size][blocks];
        assertThat(sum(equal, solved(equal))).isZero();
        Random random = new Random(size);
        double[] a = random.doubles(blocks).toArray();
        double[] b = random.doubles(blocks).toArray();
        double[][] two = new double[size][];
        Arrays.setAll(two, i -> i < size / 2 ? a : b);
        double[] gains =
                IntStream.range(0, size)
                        .map(place -> place * blocks / size)
                        .mapToDouble(j -> a[j] - b[j])
                        .sorted()
                        .toArray();
        double best =
                Arrays.stream(b).sum() * size / blocks + Arrays.stream(gains, 0, size / 2).sum();
        assertThat(sum(two, solved(two))).isCloseTo(best, within(1e-9));
    }

    @Test
    void channelsOfOneBlockKeepTheirOrder() {
        double[][] cost = {{1, 0}, {0, 1}, {1, 0}, {0, 1}};

        assertThat(solved(cost)).containsExactly(1, 3, 0, 2);
    }

    @Test
    void noneAndOne() {
        assertThat(SemiAssignment.solve(new double[0][0]).toArray()).isEmpty();
        assertThat(SemiAssignment.solve(new double[][] {{3}}).toArray()).containsExactly(0);
    }

    /** How long it took goes to {@code group-conv/target/assignment.md}. */
    @ParameterizedTest
    @CsvSource({
        "64, 6",
        "512, 9",
        "2048, 1",
        "2048, 3",
        "2048, 5",
        "2048, 7",
        "2048, 9",
        "2048, 11"
    })
    @EnabledIfSystemProperty(named = "espalier.endurance", matches = "true")
    void wideLayersAreAssigned(int size, int levels) throws IOException {
        Random random = new Random(size);
        double[] norms = random.doubles((long) size * size).map(x -> x * x * x).toArray();
        double[][] cost =
                CostMatrix.full(size, size, 0.5)
                        .cut(levels)
                        .rowCosts(NormMatrix.of(size, size, norms));
        double[][] places = byPlace(cost);
        Files.writeString(
                Path.of("target", "assignment.md"),
                "| %s | %s | %s | %s |%n"
                        .formatted(
                                size,
                                1 << levels,
                                median(() -> Assignment.solve(places)),
                                median(() -> SemiAssignment.solve(cost))),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        int[] general = Assignment.solve(places);
        double expected = IntStream.range(0, size).mapToDouble(i -> places[i][general[i]]).sum();
        assertThat(sum(cost, solved(cost))).isCloseTo(expected, within(1e-9 * expected));
    }

    private static String median(Runnable work) {
        double[] seconds = new double[7];
        for (int i = 0; i < seconds.length; i++) {
            long start = System.nanoTime();
            work.run();
            seconds[i] = (System.nanoTime() - start) / 1e9;
        }
        Arrays.sort(seconds);
        return String.format(Locale.ROOT, "%.3g s", seconds[seconds.length / 2]);
    }
}
