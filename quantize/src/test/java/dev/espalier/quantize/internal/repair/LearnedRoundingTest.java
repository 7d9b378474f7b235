package dev.espalier.quantize.internal.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.linalg.Matrix;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearnedRoundingTest {
    private static final int DEPTH = 8;

    /** Inputs that go together, so that errors of rounding may cancel or add up. */
    private static double[][] inputs(SplittableRandom random, int count) {
        double[][] inputs = new double[count][DEPTH];
        for (double[] x : inputs) {
            double common = random.nextGaussian();
            for (int j = 0; j < DEPTH; j++) {
                x[j] = common + 0.5 * random.nextGaussian();
            }
        }
        return inputs;
    }

    private static double product(double[] w, double[] x) {
        double sum = 0;
        for (int j = 0; j < w.length; j++) {
            sum += w[j] * x[j];
        }
        return sum;
    }

    private static double[] row(SplittableRandom random) {
        double[] row = new double[DEPTH];
        for (int j = 0; j < DEPTH; j++) {
            row[j] = random.nextGaussian();
        }
        return row;
    }

    private static Moments moments(double[][] inputs, double[] row, double bias) {
        Moments moments = new Moments(DEPTH, 1);
        for (double[] x : inputs) {
            moments.add(x, new double[] {product(row, x) + bias});
        }
        return moments;
    }

    private static double error(Moments.Fit fit, double[] row) {
        return fit.errors(new double[][] {row})[0];
    }

    @Test
    void theErrorIsTheMeanOfSquares() {
        SplittableRandom random = new SplittableRandom(1);
        double[][] inputs = inputs(random, 50);
        double[] row = row(random);
        double[] other = row(random);
        double squares = 0;
        double sum = 0;
        for (double[] x : inputs) {
            double off = product(row, x) + 3 - product(other, x);
            squares += off * off;
            sum += off;
        }
        double mean = sum / inputs.length;

        Moments.Fit plain = moments(inputs, row, 3).fit(false);
        Moments.Fit centred = moments(inputs, row, 3).fit(true);

        assertThat(error(plain, other)).isCloseTo(squares / inputs.length, within(1e-9));
        assertThat(error(centred, other))
                .isCloseTo(squares / inputs.length - mean * mean, within(1e-9));
        assertThat(centred.bias(0, other)).isCloseTo(mean, within(1e-9));
        assertThat(error(centred, row)).isCloseTo(0, within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theChoiceIsNearlyTheBestOfAll(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] row = row(random);
        Moments.Fit fit = moments(inputs(random, 200), row, 0).fit(true);
        WeightSteps steps = WeightSteps.of(row, 3);

        int[] integers =
                new LearnedRounding(fit.h(), 1000, 0.1)
                        .round(new double[][] {row}, fit.c(), List.of(steps))[0];

        double[] learned = new double[DEPTH];
        double[] nearest = new double[DEPTH];
        for (int j = 0; j < DEPTH; j++) {
            learned[j] = (double) steps.step() * integers[j];
            nearest[j] = (double) steps.step() * steps.nearest(row[j]);
            assertThat(integers[j]).isBetween(steps.floor(row[j]), steps.floor(row[j]) + 1);
        }
        assertThat(error(fit, learned)).isLessThanOrEqualTo(error(fit, nearest) + 1e-12);
        assertThat(error(fit, learned)).isLessThan(1.5 * best(fit, row, steps) + 1e-12);
    }

    /** The least error of all 256 choices. */
    private static double best(Moments.Fit fit, double[] row, WeightSteps steps) {
        double best = Double.POSITIVE_INFINITY;
        for (int choice = 0; choice < 1 << DEPTH; choice++) {
            double[] w = new double[DEPTH];
            for (int j = 0; j < DEPTH; j++) {
                w[j] = (double) steps.step() * (steps.floor(row[j]) + (choice >> j & 1));
            }
            best = Math.min(best, error(fit, w));
        }
        return best;
    }

    @Test
    void inputsThatAreAlwaysZeroAreRoundedToNearest() {
        Matrix zeros = Matrix.of(new double[2][2]);
        WeightSteps steps = new WeightSteps(1, 7);

        assertThat(
                        new LearnedRounding(zeros, 100, 0.1)
                                .round(
                                        new double[][] {{2.4, -1.2}},
                                        zeros.block(0, 0, 1, 2),
                                        List.of(steps))[0])
                .containsExactly(2, -1);
    }

    @Test
    void theStepHasTheLeastSquaredError() {
        assertThat(WeightSteps.of(new double[] {7, -3, 1}, 4).step()).isEqualTo(1);
        // Cutting 7.3 off to 7 costs less than moving the others.
        assertThat(WeightSteps.of(new double[] {7.05, 1, 2, 3, 4, 5, 6, -1, -2}, 4).step())
                .isCloseTo(1, within(0.01f));
        assertThat(WeightSteps.of(new double[] {0, 0}, 4).nearest(0)).isZero();
    }

    @Test
    void integersStayOnTheGrid() {
        WeightSteps steps = new WeightSteps(1, 7);

        assertThat(steps.nearest(9)).isEqualTo(7);
        assertThat(steps.nearest(-9)).isEqualTo(-7);
        assertThat(steps.floor(9)).isEqualTo(6);
        assertThat(steps.floor(-9)).isEqualTo(-7);
        assertThat(steps.floor(-1.5)).isEqualTo(-2);
    }
}
