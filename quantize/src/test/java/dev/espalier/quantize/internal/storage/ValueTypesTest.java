package dev.espalier.quantize.internal.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.recipe.Options;
import dev.espalier.quantize.Runners;
import dev.espalier.quantize.StoreFloat16;
import dev.espalier.quantize.option.Extent;
import dev.espalier.testkit.pass.PassTester;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Types of values that no operator's rule tells, by what a graph in float16 becomes. */
class ValueTypesTest {
    private static final StoreFloat16 GRAPH =
            Options.defaults(StoreFloat16.class).withExtent(Extent.GRAPH);

    private static PassTester.Outcome stored(String text) {
        return PassTester.given(text).with(c -> c.withRunner(Runners.SINGLE)).when(GRAPH);
    }

    /** Between two convolutions, of which the second takes as many channels as come out. */
    private static String between(String nodes, int channels) {
        return """
        opset 14
        graph (x: float[N,3,8,8]) -> (y)
        w: float[16,3,3,3] = seed(1)
        b: float[16] = seed(2)
        v: float[5,%s,1,1] = seed(3)
        c: float[5] = seed(4)
        a = Conv(x, w, b) {pads=[1,1,1,1]}
        %s
        y = Conv(r, v, c)
        """
                .formatted(channels, nodes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Abs(a)",
                "DepthToSpace(a) {blocksize=2}",
                "Dropout(a)",
                "Elu(a)",
                "Exp(a)",
                "GlobalMaxPool(a)",
                "HardSwish(a)",
                "LogSoftmax(a)",
                "Max(a, a)",
                "Min(a, a)",
                "Neg(a)",
                "Reciprocal(a)",
                "ReduceMax(a) {axes=[2,3]}",
                "ReduceMin(a) {axes=[2,3]}",
                "ReduceSum(a, axes)",
                "Selu(a)",
                "Softplus(a)",
                "SpaceToDepth(a) {blocksize=2}",
                "Sum(a, a, a)",
                "Tile(a, repeats)"
            })
    void anOperatorWithoutAFormOfItsOwnIsCastAtItsEnds(String call) {
        int channels = call.startsWith("Depth") ? 4 : call.startsWith("Space") ? 64 : 16;
        String nodes =
                """
                axes: int64[2] = [2, 3]
                repeats: int64[4] = [1, 1, 2, 1]
                r = %s
                """
                        .formatted(call);
        Model after = stored(between(nodes, channels)).skippedNothing().after();

        assertThat(after.graph().nodes().stream().map(Node::opType))
                .containsExactly(
                        "Cast", "Conv", call.substring(0, call.indexOf('(')), "Conv", "Cast");
    }

    @Test
    void whatNoRuleTellsOneRunDoes() {
        String nodes =
                "s = com.microsoft::Trilu(a)\nq = Relu(s)\nk = ArgMax(a)\nl = Cast(k) {to=1}\nr = Add(q, l)";
        String text = between(nodes, 16).replace("opset 14", "opset 18\nopset com.microsoft 1");

        assertThat(stored(text).after().graph().nodes().stream().map(Node::opType))
                .containsExactlyInAnyOrder(
                        "Cast", "Conv", "Cast", "Trilu", "Cast", "Relu", "ArgMax", "Cast", "Cast",
                        "Add", "Conv", "Cast");
        // Nothing is run for a plan, so that less is known there.
        PassTester.given(text)
                .whenPreviewed(GRAPH)
                .noted(
                        "types of their values are not known: 1 Add, 1 Conv, 1 Relu; no rule tells, and nothing was run");
    }

    @Test
    void numbersBehindWhatNobodyKnowsAreNotTakenForFloat32() {
        String text =
                """
                opset 18
                opset com.microsoft 1
                graph (x: double[N,8]) -> (y)
                m = com.microsoft::Trilu(x)
                r = Relu(m)
                y = Exp(r)
                """;

        stored(text).unchanged().noted("nothing to store in 16 bits");
    }

    @Test
    void aValueThatNoRunCanReturnLeavesTheOthersKnown() {
        String nodes =
                """
                f = SplitToSequence(a) {axis=1}
                g = ConcatFromSequence(f) {axis=1}
                r = Relu(g)
                """;
        Model after = stored(between(nodes, 16)).after();

        assertThat(after.graph().nodes().stream().map(Node::opType))
                .containsExactly(
                        "Cast",
                        "Conv",
                        "Cast",
                        "SplitToSequence",
                        "ConcatFromSequence",
                        "Cast",
                        "Relu",
                        "Conv",
                        "Cast");
    }
}
