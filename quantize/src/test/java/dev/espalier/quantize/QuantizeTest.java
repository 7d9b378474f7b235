package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.pass.PassRegistry;
import dev.espalier.core.pass.PassRun;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.option.Calibration;
import dev.espalier.quantize.option.KeepFloat;
import dev.espalier.testkit.pass.PassTester;
import dev.espalier.testkit.pass.RandomSamples;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuantizeTest {
    private static final String CONV_AND_GEMM =
            """
            opset 13
            graph (x: float[N,4,4,4]) -> (y: float[N,2])
            w: float[4,4,1,1] = seed(1)
            b: float[4] = [0.5, -0.25, 0, 1]
            v: float[2,64] = seed(2)
            c = Conv(x, w, b) as first
            r = Relu(c)
            f = Flatten(r)
            y = Gemm(f, v) {transB=1} as second
            """;

    private static Quantize excluding(String... names) {
        return Options.defaults(Quantize.class)
                .withCalibration(Calibration.MIN_MAX)
                .withKeepFloat(Options.defaults(KeepFloat.class).withNodes(List.of(names)));
    }

    private static final Quantize QUANTIZE = excluding();

    private static PassTester.Outcome quantized(String text, String... exclude) {
        return RandomSamples.tester(GraphText.parse(text), Runners.SINGLE).when(excluding(exclude));
    }

    @Test
    void writesQuantizeAndDequantizeNodesAroundEachLayer() {
        quantized(CONV_AND_GEMM)
                .then(
                        """
                        opset 13
                        graph (x: float[N,4,4,4]) -> (y: float[N,2])
                        x_s: float[]
                        zp128: uint8[] = 128
                        w_q: int8[4,4,1,1]
                        w_s: float[4]
                        w_z: int8[4] = [0, 0, 0, 0]
                        b_q: int32[4]
                        r_s: float[]
                        zp0: uint8[] = 0
                        v_q: int8[2,64]
                        v_s: float[2]
                        v_z: int8[2] = [0, 0]
                        x_q = QuantizeLinear(x, x_s, zp128)
                        x_dq = DequantizeLinear(x_q, x_s, zp128)
                        w_dq = DequantizeLinear(w_q, w_s, w_z) {axis=0}
                        t1 = Mul(x_s, w_s)
                        b_dq = DequantizeLinear(b_q, t1) {axis=0}
                        t2 = Conv(x_dq, w_dq, b_dq)
                        r_q = QuantizeLinear(t2, r_s, zp0)
                        f_q = Flatten(r_q)
                        f = DequantizeLinear(f_q, r_s, zp0)
                        v_dq = DequantizeLinear(v_q, v_s, v_z) {axis=0}
                        y = Gemm(f, v_dq) {transB=1}
                        """)
                .skippedNothing()
                .noted("2 of 2 weighted layers in 8-bit integers")
                .noted("no sum can saturate on any CPU")
                .noted("against the network before this pass");
    }

    @Test
    void theBiasScaleIsInputScaleTimesWeightScale() {
        Map<String, Tensor> constants = constants(quantized(CONV_AND_GEMM).after());
        float input = constants.get("x_s").toFloats()[0];
        float[] weight = constants.get("w_s").toFloats();
        float[] bias = {0.5f, -0.25f, 0, 1};

        for (int c = 0; c < bias.length; c++) {
            assertThat(constants.get("b_q").toLongs()[c])
                    .isEqualTo((long) Math.rint(bias[c] / (double) (input * weight[c])));
        }
        assertThat(constants.get("b_q").dataType()).isEqualTo(DataType.INT32);
    }

    @Test
    void anExcludedLayerStaysFloatAndIsNamed() {
        Model after =
                quantized(CONV_AND_GEMM, "second").skipped("listed under 'keep-float'").after();

        assertThat(constants(after)).containsKey("v").doesNotContainKey("v_q");
        assertThat(after.graph().producer("y").orElseThrow().inputs()).containsExactly("f", "v");
    }

    @Test
    void excludingANodeThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> quantized(CONV_AND_GEMM, "thrid"))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("[thrid]")
                .hasMessageContaining("none such");
    }

    /** Scores of a linear layer behind a mask, as attention has them, and a layer that reads on. */
    private static final String MASKED =
            """
            opset 13
            graph (x: float[N,8]) -> (y)
            w: float[8,8] = seed(1)
            v: float[8,8] = seed(2)
            bound: float[] = 0.8
            s = MatMul(x, w) as scores
            c = Greater(x, bound)
            open: float[] = 0
            shut: float[] = -inf
            m = Where(c, shut, open)
            a = Add(s, m) as masked
            p = Softmax(a)
            y = MatMul(p, v) as last
            """;

    @ParameterizedTest
    @EnumSource(Calibration.class)
    void aMaskOfMinusInfinityStaysFloatAndTheRestDoesNot(Calibration calibration) {
        Model model = GraphText.parse(MASKED);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);
        Quantize pass = QUANTIZE.withCalibration(calibration);

        Model after = pass.apply(model, context);

        assertThat(context.notes()).anyMatch(note -> note.startsWith("2 of 2 weighted layers"));
        assertThat(after.graph().nodes().stream().map(Node::opType)).contains("Softmax", "Add");
    }

    @ParameterizedTest
    @EnumSource(Calibration.class)
    void whatReadsAndMakesInfinityStaysFloatAndIsNamed(Calibration calibration) {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,2,4,4]) -> (y)
                        w: float[2,2,1,1] = seed(1)
                        v: float[2,2,1,1] = seed(2)
                        zero: float[] = 0
                        shut: float[] = -inf
                        s = Conv(x, w) as scores
                        c = Less(x, zero)
                        m = Where(c, shut, zero)
                        a = Add(s, m) as masked
                        r = Relu(a)
                        y = Conv(r, v) as last
                        """);
        PassContext context = RandomSamples.context(model, Runners.SINGLE);

        QUANTIZE.withCalibration(calibration).apply(model, context);

        assertThat(context.notes()).anyMatch(note -> note.startsWith("2 of 2 weighted layers"));
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(
                        skip ->
                                skip.startsWith(
                                        "Add 'masked': stays float: 'm' is -Infinity, first on calibration sample 0"));
    }

    @ParameterizedTest
    @EnumSource(Calibration.class)
    void aNaNIsAnErrorThatNamesValueAndSample(Calibration calibration) {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,4]) -> (y)
                        w: float[4,4] = seed(1)
                        s = Sqrt(x) as root
                        y = MatMul(s, w)
                        """);

        assertThatThrownBy(
                        () ->
                                QUANTIZE.withCalibration(calibration)
                                        .apply(model, RandomSamples.context(model, Runners.SINGLE)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(
                        "calibration found NaN in 's', which Sqrt 'root' makes, first on sample 0");
    }

    @Test
    void aModelWithoutWeightedLayersIsLeftAlone() {
        quantized(
                        """
                        opset 13
                        graph (x: float[N,4]) -> (y: float[N,4])
                        y = Relu(x)
                        """)
                .unchanged()
                .noted("nothing was quantized");
    }

    @Test
    void layersInGraphsOfNodesAreCountedAndNamed() {
        quantized(
                        """
                        opset 13
                        graph (x: float[1,3,4,4]) -> (y)
                        w: float[4,3,3,3] = seed(1)
                        v: float[4,4,3,3] = seed(2)
                        u: float[3,4] = seed(3)
                        zero: float[] = 0
                        three: int64[] = 3
                        yes: bool[] = 1
                        a = Conv(x, w) {pads=[1,1,1,1]} as first
                        m = ReduceMean(x) {keepdims=0}
                        c = Greater(m, zero)
                        i = If(c) {then_branch=graph t () -> (p) { p = Conv(a, v) {pads=[1,1,1,1]} as then }, else_branch=graph e () -> (q) { q = Conv(a, v) {pads=[1,1,1,1]} as else }} as choice
                        g = GlobalAveragePool(i)
                        f = Flatten(g)
                        l = Loop(three, yes, f) {body=graph b (n: int64[], k: bool[], s: float[1,4]) -> (o, r) {
                            z: float[4,4] = seed(4)
                            o = Identity(k)
                            r = MatMul(s, z) as turn
                        }} as turns
                        y = Gemm(l, u) {transB=1} as last
                        """)
                .noted("2 of 5 weighted layers in 8-bit integers")
                .skipped(
                        "Conv 'then' in then_branch of If 'choice': stays float: it is in a graph of If 'choice'")
                .skipped("Conv 'else' in else_branch of If 'choice': stays float")
                .skipped("MatMul 'turn' in body of Loop 'turns': stays float");
    }

    @Test
    void aModelAllOfWhoseLayersAreInFunctionsIsNotCalledOneWithoutLayers() {
        quantized(
                        """
                        opset 17
                        opset my 1
                        function my::dense (x, w) -> (y) {
                          t = MatMul(x, w)
                          y = Relu(t)
                        }
                        graph (x: float[N,4]) -> (y)
                        w: float[4,4] = seed(1)
                        a = my::dense(x, w) as first
                        y = my::dense(a, w) as second
                        """)
                .unchanged()
                .noted("nothing was quantized: 0 of 2 weighted layers")
                .skipped(
                        "MatMul 't' in dense 'first': stays float: it is in the function 'my::dense'")
                .skipped("MatMul 't' in dense 'second'");
    }

    @Test
    void excludingEveryLayerLeavesTheModelAlone() {
        quantized(CONV_AND_GEMM, "first", "second").unchanged().noted("nothing was quantized");
    }

    @Test
    void weightsComputedAtRunTimeStayFloat() {
        quantized(
                        """
                        opset 13
                        graph (x: float[N,4,4,4]) -> (y: float[N,4,4,4])
                        s: int64[4] = [4, 4, 4, 1]
                        m: float[4,4,1,1] = seed(3)
                        a = ReduceMean(x) {axes=[0,2,3]}
                        w = Mul(m, a)
                        y = Conv(x, w)
                        """)
                .unchangedBecause("its weight is computed at run time");
    }

    @Test
    void doublePrecisionStays() {
        quantized(
                        """
                        opset 13
                        graph (x: float[N,4]) -> (y: double[N,2])
                        w: double[4,2] = seed(1)
                        d = Cast(x) {to=11}
                        y = MatMul(d, w)
                        """)
                .unchangedBecause("double[4,2], not float32");
    }

    @Test
    void weightsThatAreNotFiniteStayFloat() {
        quantized(
                        """
                        opset 13
                        graph (x: float[N,2]) -> (y: float[N,2])
                        w: float[2,2] = [1, NaN, 0, 1]
                        y = MatMul(x, w)
                        """)
                .unchangedBecause("not finite");
    }

    @Test
    void aTransposedConvolutionIsNamedAsFloat() {
        quantized(
                        """
                        opset 13
                        graph (x: float[N,4,4,4]) -> (y)
                        w: float[4,4,1,1] = seed(1)
                        c = Conv(x, w)
                        y = ConvTranspose(c, w) as up
                        """)
                .skipped("ConvTranspose 'up': stays float: the runtime has no integer kernel");
    }

    @Test
    void aWeightOfTwoLayersIsStoredOnceWithAZeroPointForEach() {
        Model after =
                quantized(
                                """
                                opset 13
                                graph (x: float[N,4,4,4]) -> (y: float[N,4,4,4])
                                w: float[4,4,1,1] = seed(1)
                                c = Conv(x, w)
                                r = Relu(c)
                                y = Conv(r, w)
                                """)
                        .after();

        assertThat(constants(after).values())
                .filteredOn(tensor -> tensor.dataType() == DataType.INT8)
                .hasSize(3);
    }

    @Test
    void aWeightThatAFloatNodeReadsTooIsKept() {
        Model after =
                quantized(
                                """
                                opset 13
                                graph (x: float[N,4]) -> (y: float[N,4], z: float[4,4])
                                w: float[4,4] = seed(1)
                                y = MatMul(x, w)
                                z = Neg(w)
                                """)
                        .after();

        assertThat(constants(after)).containsKeys("w", "w_q");
    }

    @Test
    void factorsOfAGemmMoveIntoItsWeights() {
        Model after =
                quantized(
                                """
                                opset 13
                                graph (x: float[N,2]) -> (y: float[N,2])
                                w: float[2,2] = [1, 2, 3, 4]
                                b: float[] = 3
                                y = Gemm(x, w, b) {alpha=2.0, beta=0.5}
                                """)
                        .after();

        assertThat(constants(after).get("w_s").toFloats()).containsExactly(6f / 96, 8f / 85);
        float step = constants(after).get("x_s").toFloats()[0] * 6f / 96;
        long[] bias = constants(after).get("b_q").toLongs();
        assertThat((double) step * bias[0])
                .isCloseTo(1.5, org.assertj.core.data.Offset.offset(1e-3));
        assertThat(after.graph().producer("y").orElseThrow().attributes().asMap()).isEmpty();
    }

    @Test
    void attributesThatSayWhatTheirAbsenceSaysAreLeftOut() {
        Model after =
                quantized(
                                """
                                opset 13
                                graph (x: float[N,4,6,6]) -> (y)
                                w: float[4,4,1,1] = seed(1)
                                v: float[4,2,1,1] = seed(2)
                                c = Conv(x, w) {dilations=[1,1], group=1, kernel_shape=[1,1], pads=[0,0,0,0], strides=[1,1]}
                                y = Conv(c, v) {dilations=[1,1], group=2, pads=[0,0,0,1], strides=[2,1]}
                                """)
                        .after();

        assertThat(after.graph().nodes())
                .filteredOn(node -> node.is("Conv"))
                .extracting(node -> node.attributes().asMap().keySet())
                .containsExactly(Set.of("kernel_shape"), Set.of("group", "pads", "strides"));
    }

    @Test
    void quantizingTwiceChangesNothingMore() {
        Model once = quantized(CONV_AND_GEMM).after();
        PassContext context = RandomSamples.context(once, Runners.SINGLE);

        assertThat(excluding().apply(once, context)).isSameAs(once);
        assertThat(context.skips())
                .map(PassRun.Skip::toString)
                .anyMatch(text -> text.contains("already quantized"));
    }

    @Test
    void thePreviewHasTheStructureOfTheResult() {
        Model model = GraphText.parse(CONV_AND_GEMM);
        Model preview = excluding().preview(model, PassContext.of(model));
        Model result = quantized(CONV_AND_GEMM).after();

        assertThat(preview.graph().nodes()).hasSameSizeAs(result.graph().nodes());
    }

    @Test
    void isFoundByItsNameAndNeedsData() {
        assertThat(PassRegistry.load().find("quantize")).isPresent();
        assertThat(excluding().needsData()).isTrue();
    }

    private static Map<String, Tensor> constants(Model model) {
        Map<String, Tensor> constants = new java.util.HashMap<>();
        model.graph()
                .initializers()
                .forEach((name, initializer) -> constants.put(name, initializer.tensor()));
        return constants;
    }
}
