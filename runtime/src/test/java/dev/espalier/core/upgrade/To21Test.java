package dev.espalier.core.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In the operator set of 4-bit integers a model gives the same results as before. */
class To21Test {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    13 | ReduceMean(x) {axes=[2,3]}
                    17 | ReduceMax(x) {axes=[1], keepdims=0}
                    13 | ReduceL2(x)
                    13 | Softmax(x) {axis=1}
                    13 | Clip(x)
                    13 | AveragePool(x) {kernel_shape=[2,2], strides=[2,2]}
                    13 | MaxPool(x) {kernel_shape=[3,3], strides=[2,2], ceil_mode=1}
                    13 | AveragePool(x) {kernel_shape=[3,3], strides=[2,2], ceil_mode=1}
                    14 | HardSwish(x)
                    17 | Transpose(x) {perm=[0,2,3,1]}
                    """)
    void givesTheSameResultInTheOperatorSetOfFourBits(long opset, String call) {
        Model old = Upgraded.model(opset, call);
        Model upgraded = OpsetUpgrade.toFourBits(old);

        assertThat(upgraded.opset()).isEqualTo(21);
        assertThat(upgraded.irVersion()).isGreaterThanOrEqualTo(10);
        assertThat(Upgraded.run(upgraded).toFloats())
                .containsExactly(Upgraded.run(old).toFloats(), within(1e-6f));
    }

    @Test
    void splitIntoEqualPartsSaysHowMany() {
        Model old =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[1,3,4,4]) -> (y)
                        y, z = Split(x) {axis=2}
                        """);

        assertThat(Upgraded.run(OpsetUpgrade.toFourBits(old))).isEqualTo(Upgraded.run(old));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    16 | GridSample(x, p)                            | GridSample
                    18 | GroupNormalization(x, g, g) {num_groups=1}  | GroupNormalization
                    13 | RoiAlign(x)                                 | RoiAlign
                    13 | AveragePool(x) {kernel_shape=[3,3], strides=[2,2], ceil_mode=1, count_include_pad=1} | AveragePool
                    """)
    void refusesWhatMayMeanSomethingElseInTheOperatorSetOfFourBits(
            long opset, String call, String reason) {
        Upgraded.assertRefused(
                () -> OpsetUpgrade.toFourBits(Upgraded.model(opset, call)), reason, 21);
    }
}
