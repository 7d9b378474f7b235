package dev.espalier.core.simplify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.layer.FilterNorms;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.pass.PassContext;
import dev.espalier.testkit.RandomGraphs;
import dev.espalier.testkit.pass.PassTester;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FoldBatchNormTest {
    /** Channel 0: factor 2 / sqrt(3 + 1) = 1; channel 1: factor 6 / sqrt(8 + 1) = 2. */
    private static final String NORM =
            """
            scale: float[2] = [2, 6]
            shift: float[2] = [10, 20]
            mean: float[2] = [1, 2]
            variance: float[2] = [3, 8]
            """;

    private static PassTester.Outcome folded(String text) {
        return PassTester.given(text).whenPreviewed(new FoldBatchNorm());
    }

    @Test
    void convWithBias() {
        folded(
                        """
                        graph (x: float[1,2,1,1]) -> (y)
                        w: float[2,2,1,1] = [1, 2, 3, 4]
                        b: float[2] = [5, 6]
                        """
                                + NORM
                                + """
                                h = Conv(x, w, b)
                                y = BatchNormalization(h, scale, shift, mean, variance) {epsilon=1.0}
                                """)
                .then(
                        """
                        graph (x: float[1,2,1,1]) -> (y)
                        w: float[2,2,1,1] = [1, 2, 6, 8]
                        b: float[2] = [14, 28]
                        y = Conv(x, w, b)
                        """)
                .noted("folded 1 batch normalizations")
                .skippedNothing();
    }

    @Test
    void convWithoutBiasAndSeveralUsersOfTheResult() {
        folded(
                        """
                        graph (x: float[1,2,1,1]) -> (y, z)
                        conv1.weight: float[2,1,1,1] = [1, 3]
                        """
                                + NORM
                                + """
                                h = Conv(x, conv1.weight) {group=2}
                                n = BatchNormalization(h, scale, shift, mean, variance) {epsilon=1.0}
                                y = Relu(n)
                                z = Neg(n)
                                """)
                .then(
                        """
                        graph (x: float[1,2,1,1]) -> (y, z)
                        conv1.weight: float[2,1,1,1] = [1, 6]
                        conv1.bias: float[2] = [9, 16]
                        n = Conv(x, conv1.weight, conv1.bias) {group=2}
                        y = Relu(n)
                        z = Neg(n)
                        """);
    }

    @Test
    void convTransposeHasItsChannelsInTheSecondAxisOfEachGroup() {
        folded(
                        """
                        graph (x: float[1,4,1,1]) -> (y)
                        w: float[4,1,1,1] = [1, 2, 3, 4]
                        """
                                + NORM
                                + """
                                h = ConvTranspose(x, w) {group=2}
                                y = BatchNormalization(h, scale, shift, mean, variance) {epsilon=1.0}
                                """)
                .then(
                        """
                        graph (x: float[1,4,1,1]) -> (y)
                        w: float[4,1,1,1] = [1, 2, 6, 8]
                        w_bias: float[2] = [9, 16]
                        y = ConvTranspose(x, w, w_bias) {group=2}
                        """);
    }

    @ParameterizedTest
    @CsvSource({"0, '[1, 2, 3, 4]', '[1, 4, 3, 8]'", "1, '[1, 2, 3, 4]', '[1, 2, 6, 8]'"})
    void gemmWithAlphaAndBeta(int transB, String before, String after) {
        String attributes = "{alpha=0.5, beta=%s, transB=" + transB + "}";
        folded(
                        "graph (x: float[1,2]) -> (y)\nw: float[2,2] = "
                                + before
                                + "\nb: float[1,2] = [10, 12]\n"
                                + NORM
                                + "h = Gemm(x, w, b) "
                                + attributes.formatted("0.5")
                                + "\ny = BatchNormalization(h, scale, shift, mean, variance)"
                                + " {epsilon=1.0}\n")
                .then(
                        "graph (x: float[1,2]) -> (y)\nw: float[2,2] = "
                                + after
                                + "\nb: float[2] = [14, 28]\ny = Gemm(x, w, b) "
                                + attributes.formatted("1.0"));
    }

    @Test
    void severalInARow() {
        folded(
                        """
                        graph (x: float[1,2,1,1]) -> (y)
                        w: float[2,2,1,1] = [1, 2, 3, 4]
                        """
                                + NORM
                                + """
                                h = Conv(x, w)
                                g = BatchNormalization(h, scale, shift, mean, variance) {epsilon=1.0}
                                y = BatchNormalization(g, scale, shift, mean, variance) {epsilon=1.0}
                                """)
                .then(
                        """
                        graph (x: float[1,2,1,1]) -> (y)
                        w: float[2,2,1,1] = [1, 2, 12, 16]
                        w_bias: float[2] = [18, 48]
                        y = Conv(x, w, w_bias)
                        """);
    }

    @Test
    void aSharedBiasIsReplacedAndKeptForTheOthers() {
        folded(
                        """
                        graph (x: float[1,2,1,1]) -> (y)
                        w: float[2,2,1,1] = [1, 2, 3, 4]
                        v: float[2,2,1,1] = [1, 2, 3, 4]
                        b: float[2] = [5, 6]
                        """
                                + NORM
                                + """
                                h = Conv(x, w, b)
                                n = BatchNormalization(h, scale, shift, mean, variance) {epsilon=1.0}
                                y = Conv(n, v, b)
                                """)
                .then(
                        """
                        graph (x: float[1,2,1,1]) -> (y)
                        w: float[2,2,1,1] = [1, 2, 6, 8]
                        v: float[2,2,1,1] = [1, 2, 3, 4]
                        b: float[2] = [5, 6]
                        w_bias: float[2] = [14, 28]
                        n = Conv(x, w, w_bias)
                        y = Conv(n, v, b)
                        """);
    }

    @Test
    void weightsOfConstantNodesAreFoldedToo() {
        folded(
                        """
                        graph (x: float[1,2,1,1]) -> (y)
                        """
                                + NORM
                                + """
                                w = Constant() {value=tensor(float[2,2,1,1], [1, 2, 3, 4])}
                                h = Conv(x, w)
                                y = BatchNormalization(h, scale, shift, mean, variance) {epsilon=1.0}
                                """)
                .then(
                        """
                        graph (x: float[1,2,1,1]) -> (y)
                        w_1: float[2,2,1,1] = [1, 2, 6, 8]
                        w_bias: float[2] = [9, 16]
                        y = Conv(x, w_1, w_bias)
                        """);
    }

    private static void stays(String reason, String header, String nodes) {
        folded(header + NORM + nodes).unchangedBecause(reason);
    }

    private static final String BN =
            "y = BatchNormalization(h, scale, shift, mean, variance) {epsilon=1.0}\n";
    private static final String HEADER =
            "graph (x: float[1,2,1,1]) -> (y)\nw: float[2,2,1,1] = [1, 2, 3, 4]\n";

    @Test
    void staysWhereTheLayersResultIsUsedElsewhere() {
        stays(
                "the result of Conv 'h' is used elsewhere",
                HEADER.replace("(y)", "(y, z)"),
                "h = Conv(x, w)\n" + BN + "z = Relu(h)\n");
        stays(
                "the result of Conv 'h' is used elsewhere",
                HEADER.replace("(y)", "(y, h)"),
                "h = Conv(x, w)\n" + BN);
        stays(
                "the result of Conv 'h' is used elsewhere",
                HEADER.replace("(y)", "(y, z)").replace("(x:", "(c: bool[], x:"),
                "h = Conv(x, w)\n"
                        + BN
                        + "z = If(c) {then_branch=graph () -> (a) { a = Neg(h) },"
                        + " else_branch=graph () -> (b) { b = Neg(x) }}\n");
    }

    @Test
    void staysWhereTheWeightIsShared() {
        stays(
                "the weight 'w' of Conv 'h' is shared",
                HEADER,
                "g = Conv(x, w)\nh = Conv(g, w)\n" + BN);
        stays(
                "the weight 'w' of Conv 'h' is shared",
                HEADER.replace("(y)", "(y, w)"),
                "h = Conv(x, w)\n" + BN);
    }

    @Test
    void staysWhereTheWeightIsNoFloatConstant() {
        stays(
                "the weight 'v' of Conv 'h' is no float32 constant",
                HEADER.replace("(x:", "(v: float[2,2,1,1], x:"),
                "h = Conv(x, v)\n" + BN);
        stays(
                "the weight 'w' of Conv 'h' is no float32 constant",
                HEADER.replace("w: float[", "w: float16["),
                "h = Conv(x, w)\n" + BN);
        stays(
                "the weight 'd' of Conv 'h' is no float32 constant",
                HEADER.replace("w: float[", "w: int8[") + "q: float = 0.5\n",
                "d = DequantizeLinear(w, q)\nh = Conv(x, d)\n" + BN);
    }

    @Test
    void staysWhereNoLayerComesBefore() {
        stays("no Conv, ConvTranspose or Gemm makes its input", HEADER, "h = Relu(x)\n" + BN);
        stays("no Conv, ConvTranspose or Gemm", HEADER, BN.replace("(h,", "(x,"));
    }

    @Test
    void staysWhereItNormalizesByTheBatch() {
        stays("as in training", HEADER, "h = Conv(x, w)\n" + BN.replace("{", "{training_mode=1, "));
        stays("as in training", HEADER, "h = Conv(x, w)\n" + BN.replace("y =", "y, m, v ="));
    }

    @Test
    void staysWhereSizesOrValuesAreImpossible() {
        stays(
                "does not have the 3 channels of Conv 'h'",
                HEADER.replace("w: float[2,2,1,1] = [1, 2, 3, 4]", "w: float[3,2,1,1]"),
                "h = Conv(x, w)\n" + BN);
        folded(HEADER + NORM.replace("[3, 8]", "[3, -1]") + "h = Conv(x, w)\n" + BN)
                .unchangedBecause("variance plus epsilon is not positive");
    }

    @Test
    void modelsWithoutBatchNormStay() {
        folded("graph (x: float[2]) -> (y)\ny = Relu(x)\n").unchanged().skippedNothing();
    }

    @ParameterizedTest
    @CsvSource({
        "'w: float[2,2,1,1] = [1, -2, 3, 4]', 'h = Conv(x, w)', 3, 14",
        "'w: float[2,1,1,1] = [5, 7]', 'h = ConvTranspose(x, w) {group=2}', 5, 14"
    })
    void filtersCountAsBefore(String weight, String layer, double first, double second) {
        Model model =
                GraphText.parse(
                        "graph (x: float[1,2,1,1]) -> (y)\n%s\n%s%s\n%s\n"
                                .formatted(
                                        weight, NORM.replace("= [2, 6]", "= [-2, 6]"), layer, BN));
        assertThat(effective(model.graph(), "h")).containsExactly(first, second);
        assertThat(effective(FoldBatchNorm.fold(model).graph(), "y"))
                .containsExactly(first, second);
    }

    private static double[] effective(Graph graph, String output) {
        Layer layer = Layer.of(graph.producer(output).orElseThrow(), graph::constant).orElseThrow();
        return FilterNorms.effective(layer, graph, graph::constant);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void foldsAllOfARandomNetworkAndThenRests(long seed) {
        Model model = RandomGraphs.cnn(seed);
        Model once = FoldBatchNorm.fold(model);
        assertThat(once.graph().nodes()).noneMatch(node -> node.is("BatchNormalization"));
        assertThat(FoldBatchNorm.fold(once)).isSameAs(once);
        assertThat(new FoldBatchNorm().preview(once, PassContext.of(once))).isSameAs(once);
        assertThat(GraphText.print(once)).contains("Conv");
    }
}
