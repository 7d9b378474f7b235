package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import org.junit.jupiter.api.Test;

class DiagonalBlocksTest {
    private static final Tensor DENSE =
            Tensor.ofFloats(
                    Shape.of(4, 2, 1, 2), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

    @Test
    void rowsKeepTheColumnsOfTheirGroup() {
        assertThat(DiagonalBlocks.of(DENSE, 2))
                .isEqualTo(Tensor.ofFloats(Shape.of(4, 1, 1, 2), 0, 1, 4, 5, 10, 11, 14, 15));
        assertThat(DiagonalBlocks.of(DENSE, 1)).isEqualTo(DENSE);
    }

    @Test
    void theDenseWeightHasZerosElsewhere() {
        Tensor blocks = Tensor.ofFloats(Shape.of(4, 1, 1, 2), 1, 2, 3, 4, 5, 6, 7, 8);

        assertThat(DiagonalBlocks.dense(blocks, 2))
                .isEqualTo(
                        Tensor.ofFloats(
                                Shape.of(4, 2, 1, 2),
                                1,
                                2,
                                0,
                                0,
                                3,
                                4,
                                0,
                                0,
                                0,
                                0,
                                5,
                                6,
                                0,
                                0,
                                7,
                                8));
        assertThat(DiagonalBlocks.of(DiagonalBlocks.dense(blocks, 2), 2)).isEqualTo(blocks);
    }

    @Test
    void groupsThatDoNotDivideTheChannelsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DiagonalBlocks.of(DENSE, 4))
                .withMessage("4 groups do not divide 4 outputs and 2 inputs");
    }
}
