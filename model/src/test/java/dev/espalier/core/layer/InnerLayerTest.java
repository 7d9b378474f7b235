package dev.espalier.core.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import java.util.List;
import org.junit.jupiter.api.Test;

class InnerLayerTest {
    private static List<InnerLayer> of(String text) {
        return InnerLayer.of(GraphText.parse(text));
    }

    @Test
    void layersOfBranchesAndOfGraphsInsideOfThemAreFound() {
        assertThat(
                        of(
                                """
                                opset 13
                                graph (c: bool[], x: float[N,4]) -> (y)
                                w: float[4,4] = seed(1)
                                m = MatMul(x, w) as outer
                                y = If(c) {then_branch=graph t () -> (a) {
                                    a = If(c) {then_branch=graph t () -> (d) { d = MatMul(m, w) as deep },
                                        else_branch=graph e () -> (f) { f = Relu(m) }} as inner
                                }, else_branch=graph e () -> (b) { b = Gemm(m, w) }} as choice
                                """))
                .extracting(InnerLayer::where)
                .containsExactlyInAnyOrder(
                        "MatMul 'deep' in then_branch of If 'inner' in then_branch of If 'choice'",
                        "Gemm 'b' in else_branch of If 'choice'");
    }

    @Test
    void layersOfFunctionsAreThereOnceForEachCall() {
        List<InnerLayer> found =
                of(
                        """
                        opset 17
                        opset my 1
                        function my::dense (x, w) -> (y) {
                          y = MatMul(x, w)
                        }
                        function my::two (x, w) -> (y) {
                          h = my::dense(x, w)
                          r = Relu(h)
                          y = my::dense(r, w)
                        }
                        graph (x: float[N,4]) -> (y)
                        w: float[4,4] = seed(1)
                        a = my::dense(x, w) as first
                        y = my::two(a, w) as second
                        """);

        assertThat(found)
                .extracting(InnerLayer::where)
                .containsExactly(
                        "MatMul 'y' in dense 'first'",
                        "MatMul 'y' in dense 'h' in two 'second'",
                        "MatMul 'y' in dense 'y' in two 'second'");
        assertThat(found.get(0).reason()).contains("function 'my::dense'");
    }

    @Test
    void aFunctionThatNobodyCallsAndLayersOfTheMainGraphAreNone() {
        assertThat(
                        of(
                                """
                                opset 17
                                opset my 1
                                function my::dense (x, w) -> (y) {
                                  y = MatMul(x, w)
                                }
                                graph (c: bool[], x: float[N,4]) -> (y)
                                w: float[4,4] = seed(1)
                                a = MatMul(x, w)
                                y = If(c) {then_branch=graph t () -> (b) { b = Neg(a) }, else_branch=graph e () -> (d) { d = Relu(a) }}
                                """))
                .isEmpty();
    }
}
