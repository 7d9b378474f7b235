package dev.espalier.quantize.saturation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FilterPairsTest {
    /** The order of the sum is channels last, and padding is the byte that stands for zero. */
    @Test
    void channelsOfOnePixelComeBeforeTheNextPixel() {
        // Filter [C=3, kH=1, kW=2]: added as c0p0 c1p0 | c2p0 c0p1 | c1p1 c2p1.
        FilterPairs pairs = FilterPairs.ofChannelsLast(new int[] {1, 100, 2, 120, 100, 110}, 3);

        // Stored: c0p0=1, c0p1=100, c1p0=2, c1p1=120, c2p0=100, c2p1=110.
        assertThat(pairs.count()).isEqualTo(2);
        assertThat(List.of(pairs.first(0), pairs.first(1))).containsExactly(4, 3);
        assertThat(List.of(pairs.second(0), pairs.second(1))).containsExactly(1, 5);
        assertThat(pairs.firstWeight(0)).isEqualTo(100);
        assertThat(pairs.secondWeight(1)).isEqualTo(110);
    }

    @Test
    void columnsOfAMatrixArePairedDownwards() {
        // Columns (100, 90, 1) and (-100, -20, 5).
        int[] matrix = {100, -100, 90, -20, 1, 5};

        assertThat(FilterPairs.ofColumn(matrix, 0, 2).first(0)).isZero();
        assertThat(FilterPairs.ofColumn(matrix, 0, 2).secondWeight(0)).isEqualTo(90);
        assertThat(FilterPairs.ofColumn(matrix, 1, 2).count()).isZero();
    }
}
