package dev.espalier.quantize.internal.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.option.Blocks;
import dev.espalier.quantize.option.ScaleChoice;
import dev.espalier.quantize.option.WeightType;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BlockGridTest {
    private static final Blocks SYMMETRIC = Options.defaults(Blocks.class).withSize(16);
    private static final Blocks ASYMMETRIC =
            Options.defaults(Blocks.class).withSize(16).withSymmetric(false);

    private static BlockGrid grid(Blocks blocks, double... weights) {
        return BlockGrid.of(weights, 0, weights.length, WeightType.INT4, blocks);
    }

    private static double error(BlockGrid grid, double[] weights) {
        double sum = 0;
        for (double weight : weights) {
            double difference = weight - grid.decode(grid.encode(weight));
            sum += difference * difference;
        }
        return sum;
    }

    @Test
    void theLargestWeightOfASymmetricBlockIsMetExactly() {
        BlockGrid negative = grid(SYMMETRIC, 0.3, -0.8);
        BlockGrid positive = grid(SYMMETRIC, -0.3, 0.8);

        assertThat(negative).isEqualTo(new BlockGrid(0.1f, 8, 15));
        assertThat(negative.encode(-0.8)).isZero();
        assertThat(negative.encode(0.3)).isEqualTo(11);
        assertThat(positive).isEqualTo(new BlockGrid(-0.1f, 8, 15));
        assertThat(positive.encode(0.8)).isZero();
        assertThat(positive.decode(0)).isCloseTo(0.8, within(1e-7));
    }

    @Test
    void anAsymmetricBlockReachesFromItsLeastToItsGreatestWeight() {
        BlockGrid grid = grid(ASYMMETRIC, -0.5, 1);

        assertThat(grid).isEqualTo(new BlockGrid(0.1f, 5, 15));
        assertThat(grid.encode(-0.5)).isZero();
        assertThat(grid.encode(1)).isEqualTo(15);
        assertThat(grid.encode(0)).isEqualTo(5);
    }

    @Test
    void zeroIsInEveryAsymmetricBlock() {
        assertThat(grid(ASYMMETRIC, 1, 1.5)).isEqualTo(new BlockGrid(0.1f, 0, 15));
        assertThat(grid(ASYMMETRIC, -1.5, -1)).isEqualTo(new BlockGrid(0.1f, 15, 15));
    }

    @Test
    void aBlockOfZerosIsZero() {
        for (Blocks blocks : new Blocks[] {SYMMETRIC, ASYMMETRIC}) {
            BlockGrid grid = grid(blocks, 0, 0);
            assertThat(grid.decode(grid.encode(0))).isZero();
            assertThat(grid.scale()).isEqualTo(1);
        }
    }

    @Test
    void theSquaredErrorCutsAnOutlierOffForFinerSteps() {
        double[] weights = new double[256];
        for (int i = 0; i < 255; i++) {
            weights[i] = (i - 127) * 0.15 / 127;
        }
        weights[255] = 0.2;
        BlockGrid max = grid(SYMMETRIC, weights);
        BlockGrid least =
                grid(
                        Options.defaults(Blocks.class)
                                .withSize(16)
                                .withScale(ScaleChoice.MEAN_SQUARED_ERROR),
                        weights);

        assertThat(Math.abs(least.scale())).isLessThan(Math.abs(max.scale()));
        assertThat(error(least, weights)).isLessThan(error(max, weights));
    }

    @Property
    void theSquaredErrorIsNeverAboveThatOfTheLargestWeight(
            @ForAll @Size(16) List<@DoubleRange(min = -2, max = 2) Double> drawn,
            @ForAll boolean symmetric) {
        double[] weights = drawn.stream().mapToDouble(Double::doubleValue).toArray();
        BlockGrid max =
                grid(Options.defaults(Blocks.class).withSize(16).withSymmetric(symmetric), weights);
        BlockGrid least =
                grid(
                        Options.defaults(Blocks.class)
                                .withSize(16)
                                .withSymmetric(symmetric)
                                .withScale(ScaleChoice.MEAN_SQUARED_ERROR),
                        weights);

        assertThat(error(least, weights)).isLessThanOrEqualTo(error(max, weights));
    }

    @Test
    void sizesAreOfTwoOnly() {
        assertThatThrownBy(() -> Options.defaults(Blocks.class).withSize(48))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("power of two")
                .hasMessageContaining("48");
    }
}
