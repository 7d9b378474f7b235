package dev.espalier.quantize.internal.grid;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Shape;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WeightPairsTest {
    private static String text(WeightPairs pairs) {
        return IntStream.range(0, pairs.size())
                .mapToObj(i -> pairs.first(i) + "-" + pairs.second(i))
                .reduce((a, b) -> a + " " + b)
                .orElse("");
    }

    /** Filter [C=3, kH=1, kW=2]: added as c0p0 c1p0 | c2p0 c0p1 | c1p1 c2p1. */
    @Test
    void channelsOfOnePixelComeBeforeTheNextPixel() {
        assertThat(text(WeightPairs.ofFilters(Shape.of(2, 3, 1, 2), 1)))
                .isEqualTo("0-2 4-1 3-5 6-8 10-7 9-11");
    }

    @Test
    void convolutionsOverRowsAreTakenLikewise() {
        assertThat(text(WeightPairs.ofFilters(Shape.of(1, 2, 3), 1))).isEqualTo("0-3 1-4 2-5");
    }

    @Test
    void oneInputAndOneOutputInEachGroupHaveNoPairsAndMoreOutputsHave() {
        assertThat(WeightPairs.ofFilters(Shape.of(8, 1, 3, 3), 8).size()).isZero();
        assertThat(text(WeightPairs.ofFilters(Shape.of(2, 1, 1, 3), 1))).isEqualTo("0-1 3-4");
        assertThat(text(WeightPairs.ofFilters(Shape.of(4, 1, 1, 3), 2)))
                .isEqualTo("0-1 3-4 6-7 9-10");
    }

    @Test
    void columnsArePairedDownwardsAndRowsAlong() {
        assertThat(text(WeightPairs.ofColumns(Shape.of(3, 2)))).isEqualTo("0-2 1-3");
        assertThat(text(WeightPairs.ofColumns(Shape.of(2, 2, 2)))).isEqualTo("0-2 1-3 4-6 5-7");
        assertThat(text(WeightPairs.ofRows(Shape.of(2, 3)))).isEqualTo("0-1 3-4");
    }

    @Test
    void pairsThatCanSaturateAreThoseOfOneSignAboveTheBound() {
        WeightPairs pairs = WeightPairs.ofRows(Shape.of(5, 2));
        long[] weights = {127, 1, 127, 2, 127, -127, -64, -64, -64, -65};

        assertThat(text(pairs.saturating(weights))).isEqualTo("2-3 8-9");
    }

    @Test
    void pairsWithAZeroOfAnotherTensorAreNone() {
        WeightPairs pairs = WeightPairs.ofRows(Shape.of(1, 4));

        assertThat(text(pairs.through(new int[] {7, 5, -1, 3}))).isEqualTo("7-5");
    }
}
