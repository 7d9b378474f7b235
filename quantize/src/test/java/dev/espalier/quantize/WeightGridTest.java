package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
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

    /** Two products of the greatest bytes fit 16 bits: 2 * 255 * 64 = 32640. */
    @Test
    void sevenBitsReachFrom64To64() {
        Tensor weight = Tensor.ofFloats(Shape.of(2, 2), 1, -0.5f, 4, -4);
        WeightGrid grid = WeightGrid.of(weight, 0, 64);

        assertThat(grid.quantize(weight).toLongs()).containsExactly(64, -32, 64, -64);
        assertThat(grid.scales().toFloats()).containsExactly(1f / 64, 4f / 64);
    }
}
