package dev.espalier.quantize.internal.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BiasSecondTest {
    private static Model model(String sum) {
        return GraphText.parse(
                """
                opset 13
                graph (x: float[2,2], t: float[2]) -> (y)
                w: float[2,2] = [1, 2, 3, 4]
                b: float[2] = [5, 6]
                m = MatMul(x, w)
                %s
                """
                        .formatted(sum));
    }

    @Test
    void aBiasBeforeAProductGoesBehindIt() {
        assertThat(GraphText.print(BiasSecond.rewrite(model("y = Add(b, m) as sum"))))
                .isEqualTo(GraphText.print(model("y = Add(m, b) as sum")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "y = Add(m, b)",
                // No constant.
                "y = Add(t, m)",
                // Somebody else reads the product.
                "a = Add(b, m)\ny = Mul(a, m)",
                // No sum.
                "y = Sub(b, m)",
                "y = Add(m, m)"
            })
    void allElseStays(String sum) {
        Model model = model(sum);

        assertThat(BiasSecond.rewrite(model)).isSameAs(model);
    }

    @Test
    void aProductOfActivationsHasNoBias() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[2,2], z: float[2,2]) -> (y)
                        b: float[2] = [5, 6]
                        m = MatMul(x, z)
                        y = Add(b, m)
                        """);

        assertThat(BiasSecond.rewrite(model)).isSameAs(model);
    }
}
