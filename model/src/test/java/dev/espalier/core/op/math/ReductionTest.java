package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@OperatorExamples(
        given =
                """
                opset 13
                graph (x: float[2,3,4]) -> (y)
                axes: int64[2] = [0, -1]
                positive: float[2,3] = [0.5, 1, 1.5, 2, 0.25, 3]
                """,
        calls = {
            "y = ReduceL1(x) {axes=[1]}",
            "y = ReduceL2(x) {axes=[1, 2], keepdims=0}",
            "y = ReduceLogSum(positive) {axes=[1]}",
            "y = ReduceLogSumExp(x) {axes=[-1]}",
            "y = ReduceMax(x) {axes=[1], keepdims=0}",
            "y = ReduceMax(x)",
            "y = ReduceMean(x) {keepdims=0}",
            "y = ReduceMin(x) {axes=[2, 0]}",
            "y = ReduceProd(x) {axes=[0, 2], keepdims=0}",
            "y = ReduceProd(x) {axes=[1]}",
            "y = ReduceSum(x, axes)",
            "y = ReduceSum(x) {noop_with_empty_axes=1}",
            "y = ReduceSumSquare(x) {axes=[1]}"
        })
@OperatorExamples(
        given =
                """
                opset 18
                graph (x: float[2,3,4]) -> (y)
                axes: int64[1] = [1]
                """,
        calls = {
            "y = ReduceL1(x, axes)",
            "y = ReduceL2(x, axes) {keepdims=0}",
            "y = ReduceMax(x, axes)",
            "y = ReduceMean(x, axes)",
            "y = ReduceMin(x) {noop_with_empty_axes=1}",
            "y = ReduceProd(x)",
            "y = ReduceSumSquare(x, axes)"
        })
@OperatorExamples(
        given =
                """
                graph (x: int64[2,3]) -> (y)
                axes: int64[1] = [1]
                """,
        calls = {
            "y = ReduceMax(x) {axes=[1]}",
            "y = ReduceMin(x) {axes=[0], keepdims=0}",
            "y = ReduceProd(x) {keepdims=0}",
            "y = ReduceSum(x, axes)"
        })
class ReductionTest {
    private static OperatorProbe probe(int opset, String node) {
        return OperatorProbe.of(
                """
                opset %d
                graph (x: float[N,4,5], i: int64[1]) -> (y)
                two: int64[1] = [2]
                far: int64[1] = [3]
                real: float[1] = [1]
                y = %s
                """
                        .formatted(opset, node));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ReduceL1",
                "ReduceL2",
                "ReduceLogSum",
                "ReduceLogSumExp",
                "ReduceMax",
                "ReduceMean",
                "ReduceMin",
                "ReduceProd",
                "ReduceSumSquare"
            })
    void axesThatAreReducedStayAndTheOthersGoTogether(String type) {
        OperatorProbe probe = probe(13, type + "(x) {axes=[-1], keepdims=0}").linked();

        assertThat(probe.types()).containsExactly("float[N,4]");
        assertThat(probe.partners("x", 1, 3)).containsExactly("y.1.3");
        assertThat(probe.isFree("x", 1)).isTrue();
        assertThat(probe.isFree("x", 2)).isFalse();
        assertThat(probe(18, type + "(x, two)").types()).containsExactly("float[N,4,1]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ReduceMax  | a maximum is taken over this axis",
                "ReduceMean | a mean is taken over this axis",
                "ReduceProd | a product is taken over this axis",
                "ReduceL2   | a norm is taken over this axis",
            })
    void anExtremumOrMeanOverChannelsSaysWhyTheyStay(String type, String reason) {
        OperatorProbe probe = probe(13, type + "(x) {axes=[1]}").linked();

        assertThat(probe.types()).containsExactly("float[N,1,5]");
        assertThat(probe.freezes()).containsExactly("x.1: " + reason);
        assertThat(probe.partners("x", 2, 4)).containsExactly("y.2.4");
    }

    @Test
    void axesThatAreFoundAtRunTimeLeaveTheRankOpen() {
        assertThat(probe(18, "ReduceMax(x, i)").types()).containsExactly("float[*]");
        assertThat(probe(18, "ReduceMax(x, i)").linked().isFree("x", 1)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "ReduceL1, true",
        "ReduceL2, true",
        "ReduceMax, true",
        "ReduceMean, true",
        "ReduceMin, true",
        "ReduceLogSum, false",
        "ReduceLogSumExp, false",
        "ReduceProd, false",
        "ReduceSumSquare, false"
    })
    void aFactorPassesThroughWhatIsOfDegreeOne(String type, boolean homogeneous) {
        assertThat(probe(13, type + "(x) {axes=[2]}").isHomogeneous(0)).isEqualTo(homogeneous);
        assertThat(probe(13, "ReduceSum(x, two)").isHomogeneous(0)).isTrue();
        assertThat(probe(13, "ReduceSum(x, two)").isHomogeneous(1)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "13 | ReduceMax(x) {axes=[3]}     | axes is 3, expected -3 to 2",
                "13 | ReduceMax(x) {keepdims=2}   | keepdims is 2, expected 0 to 1",
                "18 | ReduceMax(x, far)           | axis 3 does not exist in a tensor of rank 3",
                "18 | ReduceMax(x, real)          | is float[1], expected integers",
                "13 | ReduceSum()                 | has no input 0",
            })
    void whatNoRuntimeRunsIsRefused(int opset, String node, String message) {
        assertThatThrownBy(() -> probe(opset, node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }

    private static Optional<Tensor> folded(String node) {
        return ShapeInference.of(
                        GraphText.parse(
                                """
                                graph () -> (y)
                                c: int64[2,3] = [1, -2, 3, 4, 5, -6]
                                none: int64[0,3]
                                u: uint64[2] = [1, 2]
                                f: float[2] = [1, 2]
                                axes: int64[1] = [0]
                                y = %s
                                """
                                        .formatted(node)))
                .constant("y");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ReduceMax(c) {axes=[0], keepdims=0}  | [3]   | 4 5 3",
                "ReduceMin(c) {axes=[1]}              | [2,1] | -2 -6",
                "ReduceProd(c) {keepdims=0}           | []    | 720",
                "ReduceSum(c, axes)                   | [1,3] | 5 3 -3",
                "ReduceSum(c) {noop_with_empty_axes=1} | [2,3] | 1 -2 3 4 5 -6",
            })
    void integersAreFolded(String node, String shape, String expected) {
        Tensor result = folded(node).orElseThrow();

        assertThat(result.shape()).hasToString(shape);
        assertThat(result.toLongs())
                .containsExactly(
                        java.util.Arrays.stream(expected.split(" "))
                                .mapToLong(Long::parseLong)
                                .toArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ReduceSum(f)", "ReduceMax(u)", "ReduceMax(none)", "ReduceMean(c)"})
    void othersAreLeftToTheRuntime(String node) {
        assertThat(folded(node)).isEmpty();
    }

    @Test
    void anOpenSizeThatIsMultipliedByOnesIsFollowed() {
        String text =
                """
                graph (x: float[1,N,1]) -> (z)
                p = Shape(x)
                q = %s
                z = ConstantOfShape(q)
                """;

        assertThat(OperatorProbe.of(text.formatted("ReduceProd(p)")).types())
                .containsExactly("float[N]");
        assertThat(OperatorProbe.of(text.formatted("ReduceMax(p)")).types())
                .containsExactly("float[?]");
        assertThat(OperatorProbe.of(text.formatted("ReduceSum(p)")).types())
                .containsExactly("float[?]");
    }
}
