package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerFiltersTest {
    private static List<LayerFilters> layers(String text) {
        return LayerFilters.of(GraphText.parse(text));
    }

    @Test
    void normsAreSumsOfMagnitudesOfWholeFilters() {
        LayerFilters layer =
                layers(
                                """
                                opset 13
                                graph g (x: float[N,2,4,4]) -> (y: float[N,2,4,4])
                                w: float[2,2,1,1] = [1, -2, 0.01, 0.02]
                                y = Conv(x, w)
                                """)
                        .get(0);

        assertThat(layer.norms().get(0)).isEqualTo(3);
        assertThat(layer.invalid(0.1)).isEqualTo(1);
        assertThat(layer.invalid(0.01)).isZero();
        assertThat(layer.entropy()).isPositive();
    }

    @Test
    void aTransposedConvolutionHasItsFiltersAlongItsSecondAxis() {
        assertThat(
                        layers(
                                        """
                                        opset 13
                                        graph g (x: float[N,2,4,4]) -> (y)
                                        w: float[2,3,1,1] = [1, 2, 3, 4, 5, 6]
                                        y = ConvTranspose(x, w)
                                        """)
                                .get(0)
                                .norms())
                .containsExactly(5.0, 7.0, 9.0);
    }

    @Test
    void aSharedWeightCountsOnceAndOtherLayersDoNotCount() {
        assertThat(
                        layers(
                                """
                                opset 13
                                graph g (x: float[N,2,1,1]) -> (y)
                                w: float[2,2,1,1] = [1, 2, 3, 4]
                                v: float[2,2] = [1, 2, 3, 4]
                                a = Conv(x, w)
                                b = Conv(a, w)
                                f = Flatten(b)
                                y = Gemm(f, v)
                                """))
                .hasSize(1);
    }
}
