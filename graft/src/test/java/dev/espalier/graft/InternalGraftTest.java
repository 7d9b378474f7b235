package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import java.util.List;
import org.junit.jupiter.api.Test;

class InternalGraftTest {
    static Model layer(String shape, String op, String weights) {
        return GraphText.parse(
                """
                graph (x: float[N,2,4,4]) -> (y: float[N,C,H,W])
                w: float[%s] = [%s]
                y = %s(x, w)
                """
                        .formatted(shape, weights, op));
    }

    static float[] grafted(Model model, double threshold) {
        Model after = new InternalGraft(threshold).after(1, List.of(model)).get(0);
        return after.graph().constant("w").orElseThrow().toFloats();
    }

    @Test
    void theStrongestIsAddedToTheWeakest() {
        Model model = layer("4,2,1,1", "Conv", "3, -4,  0.01, 0,  5, 6,  0, 0.005");
        assertThat(grafted(model, 0.1)).containsExactly(3, -4, 3.01f, -4, 5, 6, 5, 6.005f);
    }

    @Test
    void noMoreThanHalfOfTheFiltersAreChanged() {
        Model model = layer("3,2,1,1", "Conv", "0.03, 0,  0.01, 0,  0.02, 0");
        assertThat(grafted(model, 0.1)).containsExactly(0.03f, 0, 0.04f, 0, 0.02f, 0);
    }

    @Test
    void filtersOfATransposedConvolutionLieAlongItsSecondAxis() {
        Model model = layer("2,2,1,1", "ConvTranspose", "0, 3,  0.01, 4");
        assertThat(grafted(model, 0.1)).containsExactly(3, 3, 4.01f, 4);
    }

    @Test
    void strongFiltersStayAsTheyAre() {
        Model model = layer("2,2,1,1", "Conv", "3, 4, 0.1, 0.1");
        assertThat(new InternalGraft(0.1).after(1, List.of(model))).containsExactly(model);
    }

    @Test
    void theScaleOfABatchNormDecidesWhichAreWeak() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,1,4,4]) -> (y)
                        w: float[2,1,1,1] = [8, 0.01]
                        scale: float[2] = [0.001, 100]
                        zero: float[2] = [0, 0]
                        one: float[2] = [1, 1]
                        h = Conv(x, w)
                        y = BatchNormalization(h, scale, zero, zero, one)
                        """);
        assertThat(grafted(model, 0.1)).containsExactly(8.01f, 0.01f);
    }
}
