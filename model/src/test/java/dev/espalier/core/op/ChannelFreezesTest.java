package dev.espalier.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operators that mind some axes, and only those. */
@OperatorExamples(
        given =
                """
                graph (x: float[2,4,3,3]) -> (y)
                s: float[4] = seed(1)
                b: float[4] = seed(2)
                m: float[4] = seed(3)
                v: float[4] = seed(4)
                """,
        calls = {"y = BatchNormalization(x, s, b, m, v)"},
        withoutSlope = "computes otherwise in training")
@OperatorExamples(
        given =
                """
                graph (x: float[2,4,3], z: float[2,2,3]) -> (y)
                scales: float[3] = [1, 1, 2]
                """,
        calls = {
            "y = Concat(x, z) {axis=1}",
            "y = Concat(z, z) {axis=-1}",
            "y = Transpose(x) {perm=[2, 0, 1]}",
            "y = Transpose(x)"
        })
@OperatorExamples(
        given =
                """
                graph (x: float[1,2,3,3]) -> (y)
                scales: float[4] = [1, 1, 2, 2]
                sizes: int64[4] = [1, 2, 6, 5]
                """,
        calls = {
            "y = Resize(x, \"\", scales)",
            "y = Resize(x, \"\", \"\", sizes) {mode=\"linear\"}"
        })
@OperatorExamples(
        given =
                """
                graph (x: float[2,4]) -> (y)
                s: float[] = 0.05
                z: uint8[] = 128
                by: float[4] = [0.05, 0.1, 0.2, 0.3]
                zeros: int8[4]
                """,
        calls = {
            "y = QuantizeLinear(x, s, z)",
            "y = QuantizeLinear(x, by, zeros) {axis=1}",
            "y = Cast(x) {to=11}",
            "y = Cast(x) {to=7}"
        },
        withoutSlope = "rounds")
@OperatorExamples(
        given =
                """
                graph (q: uint8[2,4]) -> (y)
                s: float[] = 0.05
                z: uint8[] = 3
                """,
        calls = {"y = DequantizeLinear(q, s, z)"},
        withoutSlope = "its scale does not train")
@OperatorExamples(
        given =
                """
                graph (q: uint8[2,4]) -> (y)
                by: float[4] = [0.05, 0.1, 0.2, 0.3]
                """,
        calls = {"y = DequantizeLinear(q, by) {axis=1}"})
class ChannelFreezesTest {
    @ParameterizedTest
    @CsvSource({
        "13, 'Softmax(x)', false, true, false",
        "13, 'Softmax(x) {axis=1}', false, false, true",
        "11, 'Softmax(x)', false, false, false",
        "11, 'Softmax(x) {axis=2}', false, true, false",
        "13, 'LogSoftmax(x)', false, true, false",
        "11, 'LogSoftmax(x)', false, false, false",
        "13, 'ReduceMean(x) {axes=[2]}', false, true, false",
        "13, 'ReduceMean(x) {axes=[1], keepdims=0}', false, false, true",
        "13, 'ReduceMean(x)', true, false, false",
        "13, 'GlobalAveragePool(x)', false, true, false",
        "13, 'MaxPool(x) {kernel_shape=[2]}', false, true, false",
        "13, 'Tanh(x)', false, true, true",
        "13, 'Transpose(x) {perm=[2,0,1]}', false, true, true",
    })
    void anAxisIsFreeWhereItsPositionsAreIndependent(
            int opset, String call, boolean batchFrozen, boolean channels, boolean spatial) {
        OperatorProbe probe =
                OperatorProbe.of(
                                """
                                opset %d
                                graph g (x: float[2,6,8]) -> (y)
                                y = %s
                                """
                                        .formatted(opset, call))
                        .linked();

        assertThat(probe.isFree("x", 0)).isEqualTo(!batchFrozen);
        assertThat(probe.isFree("x", 1)).isEqualTo(channels);
        assertThat(probe.isFree("x", 2)).isEqualTo(spatial);
    }

    @Test
    void allVectorsOfABatchNormGoWithItsChannels() {
        OperatorProbe probe =
                OperatorProbe.of(
                                """
                                graph g (x: float[N,4,8,8]) -> (y)
                                s: float[4] = seed(1)
                                b: float[4] = seed(2)
                                m: float[4] = seed(3)
                                v: float[4] = seed(4)
                                y = BatchNormalization(x, s, b, m, v)
                                """)
                        .linked();

        assertThat(probe.partners("x", 1, 2))
                .containsExactly("b.0.2", "m.0.2", "s.0.2", "v.0.2", "y.1.2");
    }

    @Test
    void scalesOfAQuantizationGoWithTheirAxis() {
        String text =
                """
                graph g (x: float[4,3,2,2]) -> (y)
                s: float[4] = seed(1)
                z: int8[4]
                y = QuantizeLinear(x, s, z) {axis=0}
                """;

        assertThat(OperatorProbe.of(text).types()).containsExactly("int8[4,3,2,2]");
        assertThat(OperatorProbe.of(text).linked().partners("s", 0, 3))
                .containsExactly("x.0.3", "y.0.3", "z.0.3");
    }

    @Test
    void inputsOfAConcatGoWithTheirPlace() {
        OperatorProbe probe =
                OperatorProbe.of(
                                """
                                graph g (a: float[N,2,8], b: float[N,3,8]) -> (y)
                                y = Concat(a, b) {axis=-2}
                                """)
                        .linked();

        assertThat(probe.types()).containsExactly("float[N,5,8]");
        assertThat(probe.partners("b", 1, 0)).containsExactly("y.1.2");
        assertThat(probe.partners("a", 2, 7)).containsExactly("b.2.7", "y.2.7");
    }

    @Test
    void resizedAxesStayAndTheOthersGoTogether() {
        OperatorProbe probe =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,4,5,5]) -> (y)
                                scales: float[4] = [1, 1, 2, 2.5]
                                y = Resize(x, "", scales)
                                """)
                        .linked();

        assertThat(probe.types()).containsExactly("float[1,4,10,12]");
        assertThat(probe.isFree("x", 1)).isTrue();
        assertThat(probe.isFree("x", 2)).isFalse();
    }
}
