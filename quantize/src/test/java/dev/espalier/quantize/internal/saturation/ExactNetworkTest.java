package dev.espalier.quantize.internal.saturation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.Runners;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactNetworkTest {
    private static Model product(int weight, String zeroPoint) {
        return GraphText.parse(
                """
                opset 13
                graph (x: uint8[4,2]) -> (y: int32[4,16])
                w: int8[2,16] = fill(%d)
                a: uint8[] = 0
                z: int8[] = 0
                y = MatMulInteger(x, w, a%s)
                """
                        .formatted(weight, zeroPoint));
    }

    /** With a zero point of the weight and without, as other tools write it. */
    @ParameterizedTest
    @ValueSource(strings = {"", ", z"})
    void aSumThatSaturatesIsExactOnWhicheverCpu(String zeroPoint) {
        Model exact = ExactNetwork.of(product(127, zeroPoint), Runners.PLAIN).orElseThrow();
        Tensor x =
                Tensor.ofIntegers(
                        DataType.UINT8, Shape.of(4, 2), 255, 255, 255, 255, 255, 255, 255, 255);

        assertThat(SaturationProof.of(exact, Runners.PLAIN).isComplete()).isTrue();
        try (ModelRunner.Session session = Runners.PLAIN.open(exact)) {
            assertThat(session.run(Map.of("x", x)).get("y").toLongs()).containsOnly(64770);
        }
    }

    @Test
    void aNetworkThatCannotSaturateIsItself() {
        Model model = product(64, ", z");

        assertThat(ExactNetwork.of(model, Runners.PLAIN)).hasValue(model);
    }

    /** Only the runtime knows how this one goes on from its sums. */
    @Test
    void aLayerInAFormThatIsNotTakenApartLeavesNothing() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[4,2]) -> (y: float[4,16])
                        w: int8[2,16] = fill(127)
                        s: float[] = 0.1
                        y = com.microsoft::DynamicQuantizeMatMul(x, w, s)
                        """);

        assertThat(ExactNetwork.of(model, Runners.PLAIN)).isEmpty();
    }
}
