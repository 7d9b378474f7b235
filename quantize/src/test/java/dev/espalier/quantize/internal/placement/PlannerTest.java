package dev.espalier.quantize.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.Quantize;
import dev.espalier.quantize.option.Calibration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Where integers begin and end, as node calls of the previewed graph. */
class PlannerTest {
    private static final String WEIGHTS =
            """
            w1: float[8,8,3,3] = seed(1)
            w2: float[8,8,1,1] = seed(2)
            w3: float[4,8] = seed(3)
            """;

    @Test
    void aReluBehindAConvolutionDisappearsIntoItsGrid() {
        assertThat(calls("c = Conv(x, w1)", "r = Relu(c)", "y = Conv(r, w2)"))
                .contains(
                        "t1 = Conv(x_dq, w1_dq)",
                        "r_q = QuantizeLinear(t1, r_s, zp0)",
                        "t2 = Conv(r, w2_dq)")
                .noneMatch(call -> call.contains("Relu"));
    }

    @Test
    void aReluStaysWhereTheValueBeforeItIsReadToo() {
        assertThat(calls("c = Conv(x, w2)", "r = Relu(c)", "d = Conv(r, w2)", "y = Add(c, d)"))
                .contains("r = Relu(c)", "c = DequantizeLinear(c_q, c_s, zp0)")
                .contains("r_q = QuantizeLinear(r, r_s, zp0)");
    }

    @Test
    void aReluStaysWhereTheValueBeforeItIsAGraphOutput() {
        List<String> calls =
                callsOf(
                        """
                        opset 13
                        graph (x: float[N,8,8,8]) -> (c: float[N,8,8,8], y: float[N,8,8,8])
                        %s
                        c = Conv(x, w2)
                        r = Relu(c)
                        y = Conv(r, w2)
                        """);

        assertThat(calls).contains("r = Relu(c)");
    }

    @Test
    void aClipFromZeroDisappearsAndOtherClipsStay() {
        String bounds = "zero: float[] = 0\nsix: float[] = 6\none: float[] = 1\n";
        assertThat(calls(bounds, "c = Conv(x, w2)", "r = Clip(c, zero, six)", "y = Conv(r, w2)"))
                .noneMatch(call -> call.contains("Clip"));
        assertThat(calls(bounds, "c = Conv(x, w2)", "r = Clip(c, zero)", "y = Conv(r, w2)"))
                .noneMatch(call -> call.contains("Clip"));
        assertThat(calls(bounds, "c = Conv(x, w2)", "r = Clip(c, one, six)", "y = Conv(r, w2)"))
                .contains("r = Clip(c, one, six)");
        assertThat(calls(bounds, "c = Conv(x, w2)", "r = Clip(c, \"\", six)", "y = Conv(r, w2)"))
                .contains("r = Clip(c, , six)");
    }

    @Test
    void aReluBehindMaxPoolIsDoneBeforeIt() {
        assertThat(
                        calls(
                                "c = Conv(x, w2)",
                                "p = MaxPool(c) {kernel_shape=[2,2]}",
                                "r = Relu(p)",
                                "y = Conv(r, w2)"))
                .contains("r_q = MaxPool(c_q)")
                .noneMatch(call -> call.contains("Relu"));
    }

    @Test
    void sumsOfBranchesAreComputedOnBytes() {
        assertThat(calls("c = Conv(x, w2)", "a = Add(c, x)", "r = Relu(a)", "y = Conv(r, w2)"))
                .contains("t2 = Add(c, x_dq)")
                .contains("r_q = QuantizeLinear(t2, r_s, zp0)");
    }

    @Test
    void whatFollowsTheLastWeightedLayerStaysFloat() {
        assertThat(calls("c = Conv(x, w2)", "s = Sigmoid(c)", "y = Mul(c, s)"))
                .contains("s = Sigmoid(c)", "y = Mul(c, s)");
    }

    @Test
    void theSameBetweenWeightedLayersIsComputedOnBytes() {
        assertThat(calls("c = Conv(x, w2)", "s = Sigmoid(c)", "m = Mul(c, s)", "y = Conv(m, w2)"))
                .contains("t2 = Sigmoid(c)", "t3 = Mul(c, s)", "t4 = Conv(m, w2_dq_1)");
    }

    @Test
    void poolingAndFlatteningBeforeAGemmMoveBytes() {
        assertThat(
                        calls(
                                "c = Conv(x, w2)",
                                "p = GlobalAveragePool(c)",
                                "f = Flatten(p)",
                                "y = Gemm(f, w3) {transB=1}"))
                .contains("t2 = GlobalAveragePool(c)", "f_q = Flatten(p_q)", "y = Gemm(f, w3_dq)");
    }

    @Test
    void anUnknownOperatorReadsFloats() {
        assertThat(calls("c = Conv(x, w2)", "u = my.domain::Magic(c)", "y = Conv(u, w2)"))
                .contains(
                        "c = DequantizeLinear(c_q, c_s, zp0)",
                        "u = Magic(c)",
                        "u_q = QuantizeLinear(u, u_s, zp0)");
    }

    @Test
    void softmaxBetweenLayersReadsAndMakesFloats() {
        assertThat(calls("c = Conv(x, w2)", "s = Softmax(c)", "y = Conv(s, w2)"))
                .contains("s = Softmax(c)");
    }

    @Test
    void aPadOfZerosMovesBytesAndFillsWithTheZeroPoint() {
        String pads = "pads: int64[8] = [0,0,1,1,0,0,1,1]\nzero: float[] = 0\nten: float[] = 10\n";
        assertThat(calls(pads, "c = Conv(x, w2)", "p = Pad(c, pads, zero)", "y = Conv(p, w2)"))
                .contains("p_q = Pad(c_q, pads, zp0)");
        assertThat(calls(pads, "c = Conv(x, w2)", "p = Pad(c, pads)", "y = Conv(p, w2)"))
                .contains("p_q = Pad(c_q, pads, zp0)");
        assertThat(calls(pads, "c = Conv(x, w2)", "p = Pad(c, pads, ten)", "y = Conv(p, w2)"))
                .contains("p = Pad(c, pads, ten)");
    }

    @Test
    void movingWhatIsThereAsFloatsForFloatsStaysFloat() {
        assertThat(
                        calls(
                                "c = Conv(x, w2)",
                                "t = Transpose(x) {perm=[0,1,3,2]}",
                                "e = Erf(t)",
                                "y = Add(c, e)"))
                .contains("t = Transpose(x)", "y = Add(c, e)");
    }

    @Test
    void branchesOfOneKindShareTheGridOfTheirConcat() {
        String weight = "w4: float[8,16,1,1] = seed(4)\n";
        assertThat(
                        calls(
                                weight,
                                "a = Conv(x, w2)",
                                "b = Conv(x, w2)",
                                "j = Concat(a, b) {axis=1}",
                                "y = Conv(j, w4)"))
                .contains("j_q = Concat(a_q, b_q)");
    }

    @Test
    void aReluBranchKeepsItsOwnGridBesideOneWithout() {
        String weight = "w4: float[8,16,1,1] = seed(4)\n";
        assertThat(
                        calls(
                                weight,
                                "a = Conv(x, w2)",
                                "r = Relu(a)",
                                "b = Conv(x, w2)",
                                "j = Concat(r, b) {axis=1}",
                                "y = Conv(j, w4)"))
                .contains("t3 = Concat(r, b)");
    }

    @Test
    void aBranchThatIsAlsoReadElsewhereKeepsItsOwnGrid() {
        String weight = "w4: float[8,16,1,1] = seed(4)\n";
        assertThat(
                        calls(
                                weight,
                                "a = Conv(x, w2)",
                                "b = Conv(a, w2)",
                                "j = Concat(a, b) {axis=1}",
                                "y = Conv(j, w4)"))
                .contains("t3 = Concat(a, b)");
    }

    @Test
    void aShapeIsAskedOfTheBytes() {
        assertThat(calls("c = Conv(x, w2)", "s = Shape(c)", "d = Reshape(c, s)", "y = Conv(d, w2)"))
                .contains("s = Shape(c_q)", "d_q = Reshape(c_q, s)")
                .noneMatch(call -> call.startsWith("c = "));
    }

    @Test
    void aConstantOperandBecomesBytesToo() {
        assertThat(
                        calls(
                                "k: float[8,1,1] = seed(9)",
                                "c = Conv(x, w2)",
                                "m = Mul(c, k)",
                                "y = Conv(m, w2)"))
                .contains("t2 = Mul(c, k_dq)");
    }

    @Test
    void aSubGraphReadsTheFloatValue() {
        List<String> calls =
                calls(
                        "t: bool[] = 1",
                        "c = Conv(x, w2)",
                        "i = If(t) {then_branch=graph () -> (a) { a = Neg(c) },"
                                + " else_branch=graph () -> (b) { b = Abs(c) }}",
                        "y = Conv(i, w2)");

        assertThat(calls).contains("c = DequantizeLinear(c_q, c_s, zp0)");
    }

    private static List<String> calls(String... body) {
        String constants =
                java.util.Arrays.stream(body)
                        .filter(line -> line.contains(": ") && !line.contains("graph ("))
                        .map(line -> line.strip() + "\n")
                        .collect(Collectors.joining());
        String nodes =
                java.util.Arrays.stream(body)
                        .filter(line -> !line.contains(": ") || line.contains("graph ("))
                        .collect(Collectors.joining("\n"));
        return callsOf(
                "opset 13\nopset my.domain 1\n"
                        + "graph (x: float[N,8,8,8]) -> (y)\n%s"
                        + constants
                        + nodes
                        + "\n");
    }

    private static List<String> callsOf(String text) {
        Model model = GraphText.parse(text.formatted(WEIGHTS));
        Model preview =
                Options.defaults(Quantize.class)
                        .withCalibration(Calibration.MIN_MAX)
                        .preview(model, PassContext.of(model));
        return preview.graph().nodes().stream()
                .map(
                        node ->
                                "%s = %s(%s)"
                                        .formatted(
                                                node.output(0),
                                                node.opType(),
                                                String.join(", ", node.inputs())))
                .toList();
    }
}
