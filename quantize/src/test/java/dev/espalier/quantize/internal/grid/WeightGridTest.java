package dev.espalier.quantize.internal.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WeightGridTest {
    @Property(tries = 200)
    void everyWeightIsWithinHalfAStepOfItsChannel(
            @ForAll @IntRange(min = 1, max = 6) int outputs,
            @ForAll @IntRange(min = 1, max = 6) int inputs,
            @ForAll @IntRange(max = 1) int axis,
            @ForAll long seed) {
        Tensor weight = random(seed, outputs, inputs, 3);
        WeightGrid grid = WeightGrid.perChannel(weight, axis);
        long[] quantized = grid.quantize(weight).toLongs();
        float[] scales = grid.scales().toFloats();
        float[] exact = weight.toFloats();

        for (int i = 0; i < exact.length; i++) {
            float scale = scales[axis == 0 ? i / (inputs * 3) : i / 3 % inputs];
            assertThat(quantized[i]).isBetween(-127L, 127L);
            assertThat((double) quantized[i] * scale)
                    .isCloseTo(exact[i], within(scale * 0.5 + 1e-6));
        }
    }

    @Test
    void theGreatestWeightOfEachChannelTakesTheGreatestByte() {
        Tensor weight = Tensor.ofFloats(Shape.of(2, 2), 1, -4, 0.5f, 0.25f);
        WeightGrid grid = WeightGrid.perChannel(weight, 0);

        assertThat(grid.scales().toFloats()).containsExactly(4f / 127, 0.5f / 127);
        assertThat(grid.quantize(weight).toLongs()).containsExactly(32, -127, 127, 64);
    }

    @Property(tries = 200)
    void weightsOnAGridOfFourBitsKeepTheirIntegers(
            @ForAll @IntRange(min = 1, max = 7) int levels, @ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[4 * 9];
        long[] integers = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            integers[i] = random.nextInt(-levels, levels + 1);
            values[i] = integers[i] * (0.01f * (1 + i / 9));
        }
        WeightGrid grid = WeightGrid.ofFourBits(Tensor.ofFloats(Shape.of(4, 9), values), 0).get();
        Tensor quantized = grid.quantize(Tensor.ofFloats(Shape.of(4, 9), values));
        long[] found = quantized.toLongs();
        float[] scales = grid.scales().toFloats();

        assertThat(quantized.dataType()).isEqualTo(DataType.INT4);
        for (int i = 0; i < values.length; i++) {
            assertThat(found[i] * scales[i / 9]).isCloseTo(values[i], within(1e-6f));
        }
    }

    @Test
    void weightsThatOneChannelPutsOnNoGridOfFourBitsHaveNone() {
        Tensor weight = Tensor.ofFloats(Shape.of(2, 2), 1, 2, 1, 0.3f);

        assertThat(WeightGrid.ofFourBits(weight, 0)).isEmpty();
        assertThat(WeightGrid.ofFourBits(weight, -1)).isEmpty();
        assertThat(WeightGrid.ofFourBits(Tensor.ofFloats(Shape.of(1, 2), 0, 0), 0)).isPresent();
    }

    @Test
    void oneScaleForTheWholeTensorIsAScalar() {
        Tensor weight = Tensor.ofFloats(Shape.of(2, 2), 1, -4, 0.5f, 0.25f);
        WeightGrid grid = WeightGrid.perTensor(weight);

        assertThat(grid.isPerChannel()).isFalse();
        assertThat(grid.scales()).isEqualTo(Tensor.scalar(4f / 127));
        assertThat(grid.quantize(weight).toLongs()).containsExactly(32, -127, 16, 8);
    }

    @Test
    void aBiasIsWithinHalfAStepOfInputScaleTimesWeightScale() {
        Tensor weight = random(3, 4, 8, 9);
        float[] bias = {0.3f, -1.7f, 0, 12};
        float inputScale = 0.02f;
        WeightGrid grid = WeightGrid.perChannel(weight, 0).wideEnoughFor(bias, inputScale);
        long[] quantized = grid.quantizeBias(bias, inputScale).toLongs();

        for (int c = 0; c < bias.length; c++) {
            float step = grid.biasScale(inputScale, c);
            assertThat(step).isEqualTo(grid.scales().toFloats()[c] * inputScale);
            assertThat((double) quantized[c] * step).isCloseTo(bias[c], within(step * 0.5));
        }
    }

    @Test
    void aChannelOfZerosKeepsItsBias() {
        Tensor weight = Tensor.ofFloats(Shape.of(2, 1), 0, 1);
        float[] bias = {3, 3};
        WeightGrid grid = WeightGrid.perChannel(weight, 0).wideEnoughFor(bias, 0.01f);
        long[] quantized = grid.quantizeBias(bias, 0.01f).toLongs();

        assertThat(grid.quantize(weight).toLongs()).containsExactly(0, 127);
        assertThat((double) quantized[0] * grid.biasScale(0.01f, 0)).isCloseTo(3, within(1e-5));
        assertThat(Math.abs(quantized[0])).isLessThanOrEqualTo(1L << 30);
        assertThat(grid.scales().toFloats()[1]).isEqualTo(1f / 127);
    }

    @Test
    void aBiasThatFitsChangesNoScale() {
        Tensor weight = random(5, 4, 8, 9);
        WeightGrid grid = WeightGrid.perChannel(weight, 0);

        assertThat(grid.wideEnoughFor(new float[] {1, 2, 3, 4}, 0.02f).scales())
                .isEqualTo(grid.scales());
    }

    @Test
    void oneScaleIsWideEnoughForTheGreatestBias() {
        Tensor weight = Tensor.ofFloats(Shape.of(2, 1), 0, 0);
        WeightGrid grid = WeightGrid.perTensor(weight).wideEnoughFor(new float[] {1, -50}, 1f);

        assertThat(grid.quantizeBias(new float[] {1, -50}, 1f).toLongs()[1])
                .isBetween(-(1L << 30) - 200, -(1L << 30) + 200);
    }

    private static Tensor random(long seed, long... sizes) {
        SplittableRandom random = new SplittableRandom(seed);
        Shape shape = Shape.of(sizes);
        float[] values = new float[(int) shape.elementCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextDouble() * 2 - 1);
        }
        return Tensor.ofFloats(shape, values);
    }

    /** 255 (127 + 1) fits 16 bits, 255 (127 + 2) does not; and neither does -255 (65 + 64). */
    @Test
    void theGreatestWeightIsTheGreatestWithWhichNoPairSaturates() {
        Tensor weight =
                Tensor.ofFloats(Shape.of(5, 2), 127, 1, 127, 2, -1, -1, 127, -127, 0.5f, 0.25f);
        WeightGrid grid = WeightGrid.of(weight, 0, WeightPairs.ofRows(weight.shape()));

        assertThat(grid.greatest(grid.quantize(weight))).containsExactly(127, 126, 64, 127, 85);
        assertThat(grid.quantize(weight).toLongs())
                .containsExactly(127, 1, 126, 2, -64, -64, 127, -127, 85, 42);
        WeightGrid full = WeightGrid.perChannel(weight, 0);
        assertThat(full.greatest(full.quantize(weight))).containsExactly(127, 127, 127, 127, 127);
    }

    /** A third weight has no partner, and may be as great as it likes. */
    @Test
    void aWeightAloneLimitsNothing() {
        Tensor weight = Tensor.ofFloats(Shape.of(1, 3), 0.3f, 0.1f, 1);
        WeightGrid grid = WeightGrid.of(weight, 0, WeightPairs.ofRows(weight.shape()));

        assertThat(grid.greatest(grid.quantize(weight))).containsExactly(127);
    }

    @Test
    void oneScaleForAllIsLimitedByTheWorstColumn() {
        Tensor weight = Tensor.ofFloats(Shape.of(2, 2), 1, 1, 1, -1);
        WeightGrid grid = WeightGrid.of(weight, -1, WeightPairs.ofColumns(weight.shape()));

        assertThat(grid.quantize(weight).toLongs()).containsExactly(64, 64, 64, -64);
    }

    /** What a pass before has rounded keeps its numbers, where no pair of them can saturate. */
    @Test
    void aCoarseGridIsKeptWhereItIsSafe() {
        float[] safe = {100, 28, -50, -78, 3, 7, 60, 68};
        float[] unsafe = {100, 29, -50, -78, 3, 7, 60, 68};
        Tensor weight = Tensor.ofFloats(Shape.of(2, 8), joined(safe, unsafe));
        WeightGrid grid = WeightGrid.of(weight, 0, WeightPairs.ofRows(weight.shape()));

        assertThat(grid.scales().toFloats()[0]).isEqualTo(1);
        assertThat(grid.greatest(grid.quantize(weight))[1]).isEqualTo(99);
    }

    private static float[] joined(float[] a, float[] b) {
        float[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    /** Whatever the weights and whichever of them are neighbours. */
    @Property(tries = 50)
    void noPairOfRandomWeightsSaturates(@ForAll long seed) {
        Tensor weight = random(seed, 16, 9, 3, 3);
        WeightPairs pairs = WeightPairs.ofFilters(weight.shape(), 1);
        WeightGrid grid = WeightGrid.of(weight, 0, pairs);
        int[] greatest = grid.greatest(grid.quantize(weight));

        assertThat(pairs.saturating(grid.quantize(weight).toLongs()).size()).isZero();
        assertThat(Arrays.stream(greatest).allMatch(g -> g >= 64 && g <= 127)).isTrue();
        for (int c = 0; c < greatest.length; c++) {
            assertThat(isSafe(weight, pairs, c, greatest[c])).isTrue();
            assertThat(greatest[c] == 127 || !isSafe(weight, pairs, c, greatest[c] + 1)).isTrue();
        }
    }

    private static boolean isSafe(Tensor weight, WeightPairs pairs, int channel, int greatest) {
        float[] values = weight.toFloats();
        int depth = values.length / 16;
        float most = 0;
        for (int i = channel * depth; i < (channel + 1) * depth; i++) {
            most = Math.max(most, Math.abs(values[i]));
        }
        long[] integers = new long[values.length];
        for (int i = channel * depth; i < (channel + 1) * depth; i++) {
            integers[i] = (long) Math.rint(values[i] / (most / greatest));
        }
        return pairs.saturating(integers).size() == 0;
    }
}
