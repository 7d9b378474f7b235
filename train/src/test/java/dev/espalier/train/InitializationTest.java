package dev.espalier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitializationTest {
    private static Model fresh(String nodes) {
        String header = "opset 13\ngraph g (x: float[N,K]) -> (y)\n";
        return Initialization.apply(GraphText.parse(header + nodes), 17);
    }

    private static double deviation(Model model) {
        double sum = 0;
        float[] values = model.graph().constant("w").orElseThrow().toFloats();
        for (float value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum / values.length);
    }

    @ParameterizedTest
    @CsvSource({
        "'100,8,5,5', 'Conv(x, w)', 200",
        "'100,8,5,5', 'ConvTranspose(x, w)', 2500",
        // Each of 4 groups reads 25 of the 100 input channels.
        "'100,8,5,5', 'ConvTranspose(x, w) {group=4}', 625",
        "'200,50', 'Gemm(x, w)', 200",
        "'200,50', 'Gemm(x, w) {transB=1}', 50",
        "'200,50', 'MatMul(x, w)', 200"
    })
    void theVarianceIsTwoOverWhatAnOutputSumsUp(String shape, String call, int fanIn) {
        Model model = fresh("w: float[" + shape + "] = seed(1)\ny = " + call + "\n");
        assertThat(deviation(model) / Math.sqrt(2.0 / fanIn)).isCloseTo(1, within(0.03));
    }

    @Test
    void biasesAreZeroAndBatchNormsTheIdentity() {
        Model model =
                fresh(
                        """
                        w: float[1,1,1,1] = [3]
                        b: float[1] = [3]
                        scale: float[1] = [3]
                        shift: float[1] = [3]
                        mean: float[1] = [3]
                        variance: float[1] = [3]
                        other: float[1] = [3]
                        h = Conv(x, w, b)
                        n = BatchNormalization(h, scale, shift, mean, variance)
                        y = Mul(n, other)
                        """);

        String[] names = {"b", "scale", "shift", "mean", "variance", "other"};
        float[] expected = {0, 1, 0, 0, 1, 3};
        for (int i = 0; i < names.length; i++) {
            assertThat(model.graph().constant(names[i]).orElseThrow().toFloats())
                    .as(names[i])
                    .containsExactly(expected[i]);
        }
    }
}
