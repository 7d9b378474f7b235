package dev.espalier.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.testkit.OperatorExamples;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which operators give f(s x) = s f(x), and for which of their inputs. */
@OperatorExamples(
        given =
                """
                graph (x: float[2,4,3,3]) -> (y)
                low: float[] = -0.1
                high: float[] = 0.2
                """,
        calls = {
            "y = Relu(x)",
            "y = LeakyRelu(x) {alpha=0.2}",
            "y = Identity(x)",
            "y = Clip(x, low, high)",
            "y = Clip(x, low)",
            "y = Sigmoid(x)",
            "y = Tanh(x)",
            "y = HardSigmoid(x)",
            "y = HardSwish(x)",
            "y = ReduceMean(x) {axes=[2, 3]}",
            "y = ReduceMean(x) {axes=[-3], keepdims=0}",
            "y = GlobalAveragePool(x)",
            "y = Erf(x)",
            "y = Softmax(x)",
            "y = Softmax(x) {axis=1}",
            "y = LogSoftmax(x)",
            "y = LogSoftmax(x) {axis=1}"
        })
@OperatorExamples(
        given =
                """
                opset 11
                graph (x: float[2,4,3,3]) -> (y)
                """,
        calls = {"y = LogSoftmax(x)", "y = LogSoftmax(x) {axis=2}"})
@OperatorExamples(
        given =
                """
                graph (x: float[4]) -> (y)
                """,
        calls = {"y = Sqrt(x)"})
@OperatorExamples(
        given =
                """
                graph (x: float[2,4]) -> (y)
                """,
        calls = {"y = Dropout(x)", "y, mask = Dropout(x)"},
        withoutSlope = "computes otherwise in training")
class HomogeneityTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                opset 17
                graph g (x: float[N,4,8,8], z: float[N,4,8,8], r: float[N,1]) -> (y)
                zero: float[] = 0
                six: float[] = 6
                c: float[4,1,1] = seed(1)
                v: float[4] = seed(1)
                w: float[2,4,3,3] = seed(1)
                b: float[2] = seed(1)
                m: float[8,2] = seed(1)
                pads: int64[8] = [0, 0, 1, 1, 0, 0, 1, 1]
                %s
                """
                        .formatted(node));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "y = Relu(x)",
                "y = LeakyRelu(x)",
                "y = PRelu(x, c)",
                "y = Identity(x)",
                "y = Dropout(x)",
                "y = Clip(x, zero)",
                "y = Clip(x)",
                "y = MaxPool(x) {kernel_shape=[2,2]}",
                "y = AveragePool(x) {kernel_shape=[2,2]}",
                "y = GlobalAveragePool(x)",
                "y = ReduceMean(x) {axes=[2,3]}",
                "y = Flatten(x)",
                "y = Transpose(x) {perm=[0,2,3,1]}",
                "y = Pad(x, pads)",
                "y = Pad(x, pads) {mode=\"reflect\"}",
                "y = Mul(x, c)",
                "y = Div(x, c)",
                "y = Conv(x, w)",
            })
    void oneInputIsEnough(String node) {
        assertThat(probe(node).isHomogeneous(0)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "y = Sigmoid(x)",
                "y = HardSigmoid(x)",
                "y = HardSwish(x)",
                "y = Tanh(x)",
                "y = Softmax(x)",
                "y = LogSoftmax(x)",
                "y = Clip(x, zero, six)",
                "y = Clip(x, six)",
                "y = Clip(x, r)",
                "y, i = MaxPool(x) {kernel_shape=[2,2]}",
                "y = Pad(x, pads, six)",
                "y = Add(x, c)",
                "y = Sub(x, z)",
                "y = Div(c, x)",
                "y = Conv(x, w, b)",
                "y = BatchNormalization(x, v, v, v, v)",
            })
    void oneInputIsNot(String node) {
        assertThat(probe(node).isHomogeneous(node.contains("Div") ? 1 : 0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "y = Add(x, c) | 0 1 | true",
                "y = Sub(x, z) | 0 1 | true",
                "y = Mul(x, z) | 0 1 | false",
                "y = Mul(x, z) | 1 | true",
                "y = Concat(x, z) {axis=1} | 0 1 | true",
                "y = PRelu(x, c) | 0 1 | false",
                "y = Conv(x, w, b) | 0 2 | true",
                "y = Conv(x, w, b) | 1 2 | true",
                "y = Conv(x, w, b) | 0 1 2 | false",
                "y = Conv(x, w) | 0 1 | false",
                "y = MatMul(x, m) | 1 | true",
                "y = BatchNormalization(x, v, v, v, v) | 0 2 3 | true",
                "y = BatchNormalization(x, v, v, v, v) | 1 2 | true",
                "y = BatchNormalization(x, v, v, v, v) | 0 1 2 3 | false",
                "y = Pad(x, pads) | 0 1 | false",
            })
    void severalInputs(String node, String scaled, boolean expected) {
        Integer[] inputs =
                Arrays.stream(scaled.split(" ")).map(Integer::valueOf).toArray(Integer[]::new);

        assertThat(probe(node).isHomogeneous(inputs)).isEqualTo(expected);
    }

    @Test
    void zerosThatAPadMakesMayBeScaledByAnything() {
        assertThat(probe("y = Pad(x, pads)").isHomogeneous()).isTrue();
        assertThat(probe("y = Pad(x, pads, six)").isHomogeneous()).isFalse();
    }
}
