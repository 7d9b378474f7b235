package dev.espalier.core.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerTest {
    private static Model model(String body) {
        return GraphText.parse("opset 13\ngraph g (x: float[N,K]) -> (y)\n" + body);
    }

    private static Optional<Layer> found(Model model) {
        Graph graph = model.graph();
        return Layer.of(graph.producer("y").orElseThrow(), graph::constant);
    }

    private static Layer layer(String body) {
        return found(model(body)).orElseThrow();
    }

    private static String refusal(String body) {
        Graph graph = model(body).graph();
        Node node = graph.producer("y").orElseThrow();
        return Layer.find(node, graph::constant).refusal();
    }

    @Test
    void aConvolutionHasItsFiltersOneAfterTheOther() {
        Layer layer =
                layer(
                        """
                        w: float[2,1,1,2] = [1, 2, 3, 4]
                        b: float[2] = [5, 6]
                        y = Conv(x, w, b) {group=2}
                        """);

        assertThat(layer.rows()).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}});
        assertThat(layer.bias().orElseThrow().toFloats()).containsExactly(5, 6);
        assertThat(layer.groups()).isEqualTo(2);
        assertThat(layer.inputChannel(0, 1)).isZero();
        assertThat(layer.inputChannel(1, 0)).isEqualTo(1);
    }

    @Test
    void aTransposedConvolutionHasThemAlongItsSecondAxisGroupByGroup() {
        // Two groups of two input channels, each of which makes three of the six outputs.
        Layer layer =
                layer(
                        """
                        w: float[4,3,1,1] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
                        y = ConvTranspose(x, w) {group=2}
                        """);

        assertThat(layer.outputs()).isEqualTo(6);
        assertThat(layer.rows())
                .isDeepEqualTo(new double[][] {{1, 4}, {2, 5}, {3, 6}, {7, 10}, {8, 11}, {9, 12}});
        assertThat(layer.norms()).containsExactly(5, 7, 9, 17, 19, 21);
        assertThat(layer.inputChannel(2, 1)).isEqualTo(1);
        assertThat(layer.inputChannel(3, 1)).isEqualTo(3);
        assertThat(layer.withRows(layer.rows()).weight()).isEqualTo(layer.weight());
    }

    @Test
    void anAttributeOfAnotherOperatorMeansNothing() {
        Layer layer =
                layer(
                        """
                        w: float[2,1] = [1, 2]
                        y = MatMul(x, w) {group=9223372036854775807}
                        """);

        assertThat(layer.groups()).isEqualTo(1);
        assertThat(layer.rows()).isDeepEqualTo(new double[][] {{1, 2}});
    }

    @Test
    void aWeightWithoutElementsMakesNoLayer() {
        assertThat(
                        refusal(
                                """
                                w: float[0,3,1,1] = []
                                y = ConvTranspose(x, w) {group=2147483647}
                                """))
                .isEqualTo("its weight has the shape [0,3,1,1]");
    }

    @Test
    void aWindowOfATransposedConvolutionStaysTogether() {
        Layer layer =
                layer(
                        """
                        w: float[2,2,1,2] = [1, 2, 3, 4, 5, 6, 7, 8]
                        y = ConvTranspose(x, w)
                        """);

        assertThat(layer.rows()).isDeepEqualTo(new double[][] {{1, 2, 5, 6}, {3, 4, 7, 8}});
        assertThat(layer.inputChannel(0, 1)).isZero();
        assertThat(layer.inputChannel(0, 2)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0, '[1, 3, 5, 2, 4, 6]', '2,3'", "1, '[1, 2, 3, 4, 5, 6]', '3,2'"})
    void factorsOfAGemmAreMultipliedIn(int transB, String weights, String shape) {
        Layer layer =
                layer(
                        """
                        w: float[%s] = %s
                        b: float[1,3] = [1, 2, 3]
                        y = Gemm(x, w, b) {alpha=0.5, beta=2.0, transB=%d}
                        """
                                .formatted(shape, weights, transB));

        assertThat(layer.rows()).isDeepEqualTo(new double[][] {{0.5, 1}, {1.5, 2}, {2.5, 3}});
        assertThat(layer.bias().orElseThrow().toFloats()).containsExactly(2, 4, 6);
    }

    @Test
    void oneNumberIsTheBiasOfAllOutputs() {
        Layer layer =
                layer(
                        """
                        w: float[1,3] = [1, 2, 3]
                        b: float[] = [4]
                        y = Gemm(x, w, b)
                        """);

        assertThat(layer.bias().orElseThrow().toFloats()).containsExactly(4, 4, 4);
    }

    @Test
    void aBiasOfAnotherShapeIsThereButNotKnown() {
        Layer layer =
                layer(
                        """
                        w: float[1,3] = [1, 2, 3]
                        b: float[2,3] = [1, 2, 3, 4, 5, 6]
                        y = Gemm(x, w, b)
                        """);

        assertThat(layer.hasBias()).isTrue();
        assertThat(layer.bias()).isEmpty();
    }

    @Test
    void aProductOfSeveralMatricesIsBatched() {
        Layer layer =
                layer(
                        """
                        w: float[2,2,2] = [1, 2, 3, 4, 5, 6, 7, 8]
                        y = MatMul(x, w)
                        """);

        assertThat(layer.isBatched()).isTrue();
        assertThat(layer.outputs()).isEqualTo(2);
        assertThat(layer.norms()).containsExactly(16, 20);
    }

    @Test
    void whatMultipliesByNoConstantMatrixIsNoLayer() {
        assertThat(found(model("w: float[2] = [1, 2]\ny = MatMul(x, w)\n"))).isEmpty();
        assertThat(found(model("y = MatMul(x, x)\n"))).isEmpty();
        assertThat(found(model("w: float[2,2] = [1, 2, 3, 4]\ny = Mul(x, w)\n"))).isEmpty();
        assertThat(found(model("w: int8[2,2] = [1, 2, 3, 4]\ny = MatMul(x, w)\n"))).isEmpty();
    }

    @Test
    void saysWhatIsTheMatter() {
        assertThat(refusal("y = MatMul(x, x)\n")).isEqualTo("its weight is computed at run time");
        assertThat(refusal("v: float[1,1] = [1]\nw: float[1,1] = [1]\ny = MatMul(v, w)\n"))
                .isEqualTo("its first input is constant");
        assertThat(refusal("w: double[1,1] = [1]\ny = MatMul(x, w)\n"))
                .isEqualTo("its weight is double[1,1], not float32");
        assertThat(refusal("w: float[1] = [1]\ny = MatMul(x, w)\n"))
                .isEqualTo("its weight has the shape [1]");
        assertThat(refusal("w: float[1,1] = [nan]\ny = MatMul(x, w)\n"))
                .isEqualTo("its weight has values that are not finite");
        assertThat(refusal("w: float[1,1] = [1]\ny = MatMul(x, w)\n")).isEmpty();
    }

    @Test
    void changedNumbersArePutBackWithoutTheFactors() {
        Model model =
                model(
                        """
                        w: float[2,1] = [2, 4]
                        b: float[1] = [6]
                        y = Gemm(x, w, b) {alpha=0.5, beta=0.5}
                        """);
        Layer layer = found(model).orElseThrow();
        Layer changed = layer.withRows(new double[][] {{7, 8}}).withBias(new double[] {9});

        assertThat(GraphText.print(changed.putBias(changed.putWeight(model))))
                .isEqualTo(
                        GraphText.print(
                                model(
                                        """
                                        w: float[2,1] = [7, 8]
                                        b: float[1] = [9]
                                        y = Gemm(x, w, b)
                                        """)));
    }

    @Test
    void whatOthersReadStaysAsItIs() {
        Model model =
                model(
                        """
                        w: float[1,1] = [2]
                        h = MatMul(x, w)
                        y = MatMul(h, w)
                        """);
        Layer changed = found(model).orElseThrow().withRows(new double[][] {{3}});

        assertThat(GraphText.print(changed.putWeight(model)))
                .isEqualTo(
                        GraphText.print(
                                model(
                                        """
                                        w: float[1,1] = [2]
                                        w_1: float[1,1] = [3]
                                        h = MatMul(x, w)
                                        y = MatMul(h, w_1)
                                        """)));
    }
}
