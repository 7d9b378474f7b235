package dev.espalier.quantize.internal.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class GridTest {
    @Property
    void errorInsideTheRangeIsAtMostHalfAStep(
            @ForAll @Scale(6) @FloatRange(min = -100, max = 100) float a,
            @ForAll @Scale(6) @FloatRange(min = -100, max = 100) float b,
            @ForAll @Scale(6) @FloatRange(min = 0, max = 1) float where) {
        Grid grid = Grid.over(new ValueRange(Math.min(a, b), Math.max(a, b)));
        float x = grid.least() + where * (grid.greatest() - grid.least());

        assertThat((double) Math.abs(grid.dequantize(grid.quantize(x)) - x))
                .isLessThanOrEqualTo(grid.scale() * 0.5 + 1e-5 * Math.abs(x));
    }

    @Property
    void theRangeIsCoveredUpToHalfAStep(
            @ForAll @Scale(6) @FloatRange(min = -1000, max = 1000) float a,
            @ForAll @Scale(6) @FloatRange(min = -1000, max = 1000) float b) {
        Grid grid = Grid.over(new ValueRange(Math.min(a, b), Math.max(a, b)));
        double slack = grid.scale() * 0.5 + 1e-3;

        assertThat((double) grid.least()).isLessThanOrEqualTo(Math.min(a, b) + slack);
        assertThat((double) grid.greatest()).isGreaterThanOrEqualTo(Math.max(a, b) - slack);
    }

    @Property
    void everyByteComesBackAsItself(
            @ForAll @Scale(6) @FloatRange(min = 1e-5f, max = 1e6f) float scale,
            @ForAll @IntRange(max = 255) int zeroPoint,
            @ForAll @IntRange(max = 255) int q) {
        Grid grid = new Grid(scale, zeroPoint);

        assertThat(grid.quantize(grid.dequantize(q))).isEqualTo(q);
    }

    @Property
    void zeroIsExact(
            @ForAll @Scale(6) @FloatRange(min = -1e6f, max = 1e6f) float a,
            @ForAll @Scale(6) @FloatRange(min = -1e6f, max = 1e6f) float b) {
        Grid grid = Grid.over(new ValueRange(Math.min(a, b), Math.max(a, b)));

        assertThat(grid.dequantize(grid.quantize(0))).isEqualTo(0f);
    }

    @Property
    void aGridFromZeroSaturatesAsReluDoes(
            @ForAll @Scale(6) @FloatRange(max = 50) float high,
            @ForAll @Scale(6) @FloatRange(min = -100, max = 100) float x) {
        Grid grid = Grid.over(new ValueRange(0, high));

        assertThat(grid.zeroPoint()).isZero();
        assertThat(grid.quantize(x)).isEqualTo(grid.quantize(Math.max(x, 0)));
    }

    @Property
    void aGridThatEndsWithinAClipSaturatesAsTheClipDoes(
            @ForAll @Scale(6) @FloatRange(min = 0.01f, max = 6) float high,
            @ForAll @Scale(6) @FloatRange(min = -100, max = 100) float x) {
        Grid grid = Grid.over(new ValueRange(0, high));

        assertThat(grid.quantize(x)).isEqualTo(grid.quantize(Math.min(Math.max(x, 0), 6)));
    }

    @Test
    void roundsHalfToEvenAsOnnxSays() {
        Grid grid = new Grid(1, 0);

        assertThat(grid.quantize(0.5f)).isZero();
        assertThat(grid.quantize(1.5f)).isEqualTo(2);
        assertThat(grid.quantize(2.5f)).isEqualTo(2);
    }

    @Test
    void aValueThatIsAlwaysZeroHasSomeGrid() {
        assertThat(Grid.over(new ValueRange(0, 0))).isEqualTo(new Grid(1, 0));
    }

    @Test
    void aVanishingRangeHasAScaleThatIsANormalNumber() {
        assertThat(Grid.over(new ValueRange(0, Float.MIN_VALUE)).scale())
                .isEqualTo(Grid.LEAST_SCALE);
    }

    @Test
    void theWidestRangeHasAFiniteScale() {
        Grid grid = Grid.over(new ValueRange(-Float.MAX_VALUE, Float.MAX_VALUE));

        assertThat(grid.scale()).isFinite();
        assertThat(grid.zeroPoint()).isBetween(127, 128);
    }

    @Test
    void rangesAndGridsThatAreNoneAreRefused() {
        assertThatThrownBy(() -> new ValueRange(1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ValueRange(Float.NaN, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ValueRange(0, Float.POSITIVE_INFINITY))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Grid(0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Grid(1, 256)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSymmetricGridHasItsZeroPointInTheMiddle() {
        Grid grid = Grid.symmetric(new ValueRange(-2, 1.27f));

        assertThat(grid).isEqualTo(new Grid((float) (2.0 / 127), 128));
        assertThat(grid.quantize(-2)).isEqualTo(1);
        assertThat(grid.quantize(2)).isEqualTo(255);
        assertThat(grid.dequantize(grid.quantize(0))).isZero();
    }

    @Test
    void aSymmetricGridBehindAReluBeginsAtZero() {
        assertThat(Grid.symmetric(new ValueRange(0, 2.55f)))
                .isEqualTo(Grid.over(new ValueRange(0, 2.55f)));
        assertThat(Grid.symmetric(new ValueRange(0, 0))).isEqualTo(new Grid(1, 0));
    }
}
