package dev.espalier.quantize.internal.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.option.Blocks;
import dev.espalier.quantize.option.RoundingSettings;
import dev.espalier.quantize.option.WeightType;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GptqTest {
    private static final Blocks BLOCKS = Options.defaults(Blocks.class).withSize(16);

    private static Gptq gptq(boolean actOrder) {
        return new Gptq(
                WeightType.INT4,
                BLOCKS,
                new RoundingSettings(RoundingSettings.Method.GPTQ, 1e-6, actOrder));
    }

    /** Rows x1 = x2 + noise: sums [[1, 1], [1, 2]] for the first two features, 1 for the third. */
    private static Hessian example() {
        Hessian hessian = new Hessian(3);
        hessian.add(new float[] {1, 1, 0, 0, 1, 0, 0, 0, 1});
        return hessian;
    }

    @Test
    void theHessianIsTwiceTheMeanOfProducts() {
        Hessian hessian = example();

        assertThat(hessian.get(0, 0)).isCloseTo(2.0 / 3, within(1e-12));
        assertThat(hessian.get(0, 1))
                .isEqualTo(hessian.get(1, 0))
                .isCloseTo(2.0 / 3, within(1e-12));
        assertThat(hessian.get(1, 1)).isCloseTo(4.0 / 3, within(1e-12));
        assertThat(hessian.get(0, 2)).isZero();
    }

    @Test
    void rowsInGroupsOfFourGiveTheSameHessian() {
        SplittableRandom random = new SplittableRandom(1);
        float[] x = new float[7 * 5];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        Hessian hessian = new Hessian(5);
        hessian.add(x);

        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) {
                double sum = 0;
                for (int row = 0; row < 7; row++) {
                    sum += (double) x[row * 5 + i] * x[row * 5 + j];
                }
                assertThat(hessian.get(i, j)).isCloseTo(2 * sum / 7, within(1e-5));
            }
        }
    }

    /**
     * The error 0.04 of the first weight asks the second for H01 / H11 = 0.5 as much: 0.24 becomes
     * 0.26 and is rounded up.
     */
    @Test
    void theErrorOfAWeightMovesThoseThatShareItsActivations() {
        float[] column = {0.34f, 0.24f, -0.8f};
        BlockWeight nearest = NearestRounding.of(column, 3, 1, WeightType.INT4, BLOCKS);
        BlockWeight rounded = gptq(false).round(column, 1, example());

        assertThat(nearest.get(0, 1)).isCloseTo(0.2, within(1e-6));
        assertThat(rounded.get(0, 0)).isCloseTo(0.3, within(1e-6));
        assertThat(rounded.get(0, 1)).isCloseTo(0.3, within(1e-6));
        assertThat(rounded.get(0, 2)).isCloseTo(-0.8, within(1e-6));
        assertThat(example().error(rounded, column)).isLessThan(example().error(nearest, column));
    }

    /**
     * In this order the second weight is rounded first: its error 0.04 is 1 : 1 the first one's.
     */
    @Test
    void actOrderRoundsTheLargestActivationFirst() {
        float[] column = {0.34f, 0.24f, -0.8f};
        BlockWeight rounded = gptq(true).round(column, 1, example());

        assertThat(rounded.get(0, 1)).isCloseTo(0.2, within(1e-6));
        assertThat(rounded.get(0, 0)).isCloseTo(0.4, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void correlatedInputsLoseMuchLess(boolean actOrder) {
        SplittableRandom random = new SplittableRandom(7);
        int k = 48;
        int n = 11;
        float[] x = new float[200 * k];
        for (int row = 0; row < 200; row++) {
            double common = random.nextGaussian();
            for (int i = 0; i < k; i++) {
                x[row * k + i] = (float) (common * (1 + i % 5) + 0.3 * random.nextGaussian());
            }
        }
        float[] columns = new float[n * k];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = (float) random.nextGaussian();
        }
        Hessian hessian = new Hessian(k);
        hessian.add(x);
        BlockWeight nearest = NearestRounding.of(columns, k, n, WeightType.INT4, BLOCKS);
        BlockWeight rounded = gptq(actOrder).round(columns, n, hessian);

        assertThat(hessian.error(rounded, columns)).isLessThan(hessian.error(nearest, columns) / 4);
    }

    @Test
    void uncorrelatedInputsAreRoundedToNearest() {
        Hessian hessian = new Hessian(3);
        hessian.add(new float[] {1, 0, 0, 0, 2, 0, 0, 0, 3});
        float[] column = {0.34f, 0.26f, -0.8f};
        BlockWeight rounded = gptq(false).round(column, 1, hessian);

        assertThat(rounded.get(0, 0)).isCloseTo(0.3, within(1e-6));
        assertThat(rounded.get(0, 1)).isCloseTo(0.3, within(1e-6));
    }

    @Test
    void inputsThatAreZeroOnAllSamplesKeepTheirWeights() {
        Hessian silent = new Hessian(3);
        silent.add(new float[] {0, 0, 0});
        Hessian half = new Hessian(3);
        half.add(new float[] {1, 0, 1});
        float[] column = {0.34f, 0.26f, -0.8f};

        for (Hessian hessian : new Hessian[] {silent, half}) {
            BlockWeight rounded = gptq(false).round(column, 1, hessian);
            assertThat(rounded.get(0, 1)).isCloseTo(0.3, within(1e-6));
        }
    }
}
