package dev.espalier.quantize.internal.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Shape;
import dev.espalier.quantize.option.WeightType;
import org.junit.jupiter.api.Test;

class BlockWeightTest {
    /** Column c of K rows holds the codes (row + c) mod 16 under a scale of 1 and zero point 0. */
    private static BlockWeight numbered(int k, int n, WeightType type) {
        BlockWeight weight = new BlockWeight(k, n, type, 16);
        for (int c = 0; c < n; c++) {
            for (int block = 0; block < weight.blocks(); block++) {
                weight.setGrid(c, block, new BlockGrid(1, 1 + c + block, type.greatest()));
            }
            for (int row = 0; row < k; row++) {
                weight.put(c, row, (row + c) % 16 - (1 + c + row / 16));
            }
        }
        return weight;
    }

    @Test
    void theFirstOfTwoCodesIsTheLowHalfOfAByteAndTheRestOfABlockIsZero() {
        BlockWeight weight = numbered(18, 2, WeightType.INT4);

        assertThat(weight.codes().shape()).isEqualTo(Shape.of(2, 2, 8));
        assertThat(weight.codes().toLongs())
                .containsExactly(
                        0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe, // rows 0 to 15
                        0x10, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, // 16, 17, zero point 2
                        0x21, 0x43, 0x65, 0x87, 0xa9, 0xcb, 0xed, 0x0f, //
                        0x21, 0x33, 0x33, 0x33, 0x33, 0x33, 0x33, 0x33);
    }

    @Test
    void zeroPointsOfAColumnBeginInAByteOfTheirOwn() {
        BlockWeight weight = numbered(40, 2, WeightType.INT4);

        assertThat(weight.zeroPoints().shape()).isEqualTo(Shape.of(2, 2));
        assertThat(weight.zeroPoints().toLongs()).containsExactly(0x21, 0x03, 0x32, 0x04);
    }

    @Test
    void eightBitsAreAByteEach() {
        BlockWeight weight = numbered(3, 1, WeightType.INT8);

        assertThat(weight.codes().shape()).isEqualTo(Shape.of(1, 1, 16));
        assertThat(weight.codes().toLongs())
                .containsExactly(0, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        assertThat(weight.zeroPoints().toLongs()).containsExactly(1);
        assertThat(weight.scales().shape()).isEqualTo(Shape.of(1, 1));
    }
}
