package dev.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExactSumsTest {
    private static final OrtRunner RUNNER =
            new OrtRunner(SessionSettings.DEFAULT.withThreads(1).withExactSums(true));

    private static Model product(String zeroPoint) {
        return GraphText.parse(
                """
                opset 13
                graph (x: uint8[4,2]) -> (y: int32[4,16])
                w: int8[2,16] = fill(127)
                z: int8[] = 0
                a: uint8[] = 0
                y = MatMulInteger(x, w, a%s) as product
                """
                        .formatted(zeroPoint));
    }

    /** 255 * 127 + 255 * 127, which 16 bits do not hold. */
    @Test
    void theGreatestSumIsExactOnEveryCpu() {
        Tensor x =
                Tensor.ofIntegers(
                        DataType.UINT8, Shape.of(4, 2), 255, 255, 255, 255, 255, 255, 255, 255);

        try (OrtModel model = RUNNER.open(product(", z"))) {
            assertThat(model.run(Map.of("x", x)).get("y").toLongs()).containsOnly(64770);
        }
    }

    @Test
    void aWeightWithoutZeroPointIsRefusedAndEndsNoProcess() {
        assertThatThrownBy(() -> RUNNER.open(product("")))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("MatMulInteger 'product' has no zero point for its weight");
    }
}
