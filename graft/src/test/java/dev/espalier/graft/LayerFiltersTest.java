package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.simplify.FoldBatchNorm;
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

    @Test
    void asManyAreInvalidWhetherABatchNormIsFoldedOrNot() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph g (x: float[N,2,4,4]) -> (y)
                        w: float[3,2,1,1] = [1, 1, 1, -1, 0.01, 0.02]
                        scale: float[3] = [1, 0.001, -10]
                        zero: float[3] = [0, 0, 0]
                        one: float[3] = [1, 1, 1]
                        h = Conv(x, w)
                        y = BatchNormalization(h, scale, zero, zero, one)
                        """);

        LayerFilters kept = LayerFilters.of(model).get(0);
        LayerFilters folded = LayerFilters.of(FoldBatchNorm.fold(model)).get(0);
        assertThat(kept.invalid(0.1)).isEqualTo(1).isEqualTo(folded.invalid(0.1));
        assertThat(kept.norms().get(1)).isCloseTo(0.002, within(1e-5));
        assertThat(kept.norms().get(2)).isCloseTo(0.3, within(1e-5));
    }
}
