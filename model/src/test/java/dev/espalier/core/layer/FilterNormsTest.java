package dev.espalier.core.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import org.junit.jupiter.api.Test;

class FilterNormsTest {
    /** Channel 0: factor -2 / sqrt(3 + 1) = -1; channel 1: factor 6 / sqrt(8 + 1) = 2. */
    private static final String NORM =
            """
            scale: float[2] = [-2, 6]
            shift: float[2] = [10, 20]
            mean: float[2] = [1, 2]
            variance: float[2] = [3, 8]
            """;

    private static Model model(String body) {
        return GraphText.parse("graph (x: float[1,2,1,1]) -> (y)\n" + NORM + body);
    }

    private static double[] effective(Model model, String output) {
        Graph graph = model.graph();
        Layer layer = Layer.of(graph.producer(output).orElseThrow(), graph::constant).orElseThrow();
        return FilterNorms.effective(layer, graph, graph::constant);
    }

    @Test
    void whatABatchNormMultipliesByCounts() {
        Model model =
                model(
                        """
                        w: float[2,2,1,1] = [1, -2, 3, 4]
                        h = Conv(x, w)
                        y = BatchNormalization(h, scale, shift, mean, variance) {epsilon=1.0}
                        """);

        assertThat(effective(model, "h")).containsExactly(3, 14);
    }

    @Test
    void aBatchNormWhoseScaleIsNoRealNumberDoesNotCount() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[1,2,1,1]) -> (y)
                        w: float[2,2,1,1] = [1, -2, 3, 4]
                        scale: int32[2] = [-2, 6]
                        v: float[2] = [3, 8]
                        h = Conv(x, w)
                        y = BatchNormalization(h, scale, v, v, v) {epsilon=1.0}
                        """);

        assertThat(effective(model, "h")).containsExactly(3, 7);
    }

    @Test
    void groupsOfATransposedConvolutionHaveFactorsOfTheirOwn() {
        Model model =
                model(
                        """
                        w: float[2,1,1,1] = [5, 7]
                        h = ConvTranspose(x, w) {group=2}
                        y = BatchNormalization(h, scale, shift, mean, variance) {epsilon=1.0}
                        """);

        assertThat(effective(model, "h")).containsExactly(5, 14);
    }

    @Test
    void aBatchNormThatIsNotAloneDoesNotCount() {
        Model model =
                model(
                        """
                        w: float[2,2,1,1] = [1, -2, 3, 4]
                        h = Conv(x, w)
                        n = BatchNormalization(h, scale, shift, mean, variance) {epsilon=1.0}
                        y = Add(h, n)
                        """);

        assertThat(effective(model, "h")).containsExactly(3, 7);
    }

    @Test
    void aBatchNormOfOtherChannelsDoesNotCount() {
        Model model =
                model(
                        """
                        w: float[3,2,1,1] = [1, -2, 3, 4, 5, 6]
                        h = Conv(x, w)
                        y = BatchNormalization(h, scale, shift, mean, variance) {epsilon=1.0}
                        """);

        assertThat(effective(model, "h")).containsExactly(3, 7, 11);
    }

    @Test
    void sumsUpAlongAnyAxis() {
        Tensor weight = Tensor.ofFloats(Shape.of(2, 3), 1, 2, 3, -4, 5, 6);
        assertThat(FilterNorms.along(weight, 0)).containsExactly(6, 15);
        assertThat(FilterNorms.along(weight, 1)).containsExactly(5, 7, 9);
    }
}
