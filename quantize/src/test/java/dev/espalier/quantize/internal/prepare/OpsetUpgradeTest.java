package dev.espalier.quantize.internal.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.runtime.SessionSettings;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The upgraded model gives the same results in ONNX Runtime as the old one. */
class OpsetUpgradeTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    10 | Clip(x) {min=-0.5, max=0.5}
                    10 | Clip(x) {max=0.25}
                    10 | Pad(x) {mode="constant", pads=[0,1,0,0,0,0,2,0], value=1.5}
                    10 | Pad(x) {mode="reflect", pads=[0,0,1,0,0,0,1,0]}
                    9  | Slice(x) {starts=[1,0], ends=[3,2], axes=[2,3]}
                    9  | Slice(x) {starts=[0,1], ends=[1,3]}
                    12 | Unsqueeze(x) {axes=[0,3]}
                    12 | Squeeze(x) {axes=[0]}
                    12 | ReduceSum(x) {axes=[1,2], keepdims=0}
                    12 | ReduceSum(x)
                    12 | Softmax(x) {axis=3}
                    11 | LogSoftmax(x) {axis=-1}
                    12 | Dropout(x)
                    10 | Dropout(x) {ratio=0.25}
                    9  | MaxPool(x) {kernel_shape=[2,2]}
                    9  | ReduceMean(x) {axes=[2,3]}
                    """)
    void givesTheSameResult(long opset, String call) {
        Model old = model(opset, call);
        Model upgraded = OpsetUpgrade.toPerChannel(old);

        assertThat(upgraded.opset()).isEqualTo(13);
        assertThat(upgraded.irVersion()).isGreaterThanOrEqualTo(7);
        assertThat(run(upgraded)).isEqualTo(run(old));
    }

    private static Model calling(String bodyOpset, String body) {
        return GraphText.parse(
                """
                opset 12
                opset my 1
                function my::f {axes=[2]} (a) -> (b) {
                  %s
                  b = %s
                }
                graph (x: float[1,3,4,4]) -> (y)
                y = my::f(x)
                """
                        .formatted(bodyOpset, body));
    }

    @Test
    void functionsMoveAlong() {
        Model old = calling("opset 12", "Elu(a)");
        Model upgraded = OpsetUpgrade.toPerChannel(old);

        assertThat(upgraded.functions().values())
                .extracting(function -> function.opsets().get(""))
                .containsExactly(13L);
        assertThat(run(upgraded)).isEqualTo(run(old));
        Model newer = calling("opset 13", "Elu(a)");
        assertThat(OpsetUpgrade.toPerChannel(newer).functions()).isEqualTo(newer.functions());
        Model foreign = calling("opset other 1", "other::Elu(a)");
        assertThat(OpsetUpgrade.toPerChannel(foreign).functions()).isEqualTo(foreign.functions());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Softmax(a)            | Softmax 'b' in function 'my::f' may have to be written
                    ReduceSum(a)          | ReduceSum 'b' in function 'my::f' may have to be written
                    Unsqueeze(a) {axes=@axes:ints} | Unsqueeze 'b' in function 'my::f'
                    """)
    void functionsThatWouldMeanSomethingElseAreRefused(String body, String message) {
        assertThatThrownBy(() -> OpsetUpgrade.toPerChannel(calling("opset 12", body)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }

    @Test
    void splitKeepsItsSizes() {
        Model old =
                GraphText.parse(
                        """
                        opset 11
                        graph (x: float[1,3,4,4]) -> (y)
                        y, z = Split(x) {axis=1, split=[1,2]}
                        """);

        assertThat(run(OpsetUpgrade.toPerChannel(old))).isEqualTo(run(old));
    }

    @Test
    void aNewModelIsReturnedItself() {
        Model model = GraphText.parse("opset 13\ngraph (x: float[1]) -> (y)\ny = Relu(x)\n");

        assertThat(OpsetUpgrade.toPerChannel(model)).isSameAs(model);
        Model newer = GraphText.parse("opset 21\ngraph (x: float[1]) -> (y)\ny = Relu(x)\n");
        assertThat(OpsetUpgrade.toFourBits(newer)).isSameAs(newer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    12 | Softmax(x) {axis=1} | normalizes over several axes
                    12 | Softmax(x)          | normalizes over several axes
                    9  | Upsample(x, s)      | Upsample
                    10 | Resize(x, s)        | Resize
                    8  | Relu(x)             | older than 9
                    """)
    void refusesWhatMayMeanSomethingElse(long opset, String call, String reason) {
        assertRefused(() -> OpsetUpgrade.toPerChannel(model(opset, call)), reason, 13);
    }

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
        Model old = model(opset, call);
        Model upgraded = OpsetUpgrade.toFourBits(old);

        assertThat(upgraded.opset()).isEqualTo(21);
        assertThat(upgraded.irVersion()).isGreaterThanOrEqualTo(10);
        assertThat(run(upgraded).toFloats()).containsExactly(run(old).toFloats(), within(1e-6f));
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

        assertThat(run(OpsetUpgrade.toFourBits(old))).isEqualTo(run(old));
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
        assertRefused(() -> OpsetUpgrade.toFourBits(model(opset, call)), reason, 21);
    }

    private static void assertRefused(ThrowingCallable upgrade, String reason, int target) {
        assertThatThrownBy(upgrade)
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(reason)
                .hasMessageContaining("export it again with opset " + target);
    }

    /** A model of one call on [1, 3, 4, 4], which may read scales s, points p or a group's g. */
    private static Model model(long opset, String call) {
        return GraphText.parse(
                """
                opset %d
                graph (x: float[1,3,4,4]) -> (y)
                s: float[4] = [1,1,2,2]
                p: float[1,2,2,2] = seed(1)
                g: float[1] = [1]
                y = %s as it
                """
                        .formatted(opset, call));
    }

    private static Tensor run(Model model) {
        float[] x = new float[48];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(i);
        }
        Tensor input = Tensor.ofFloats(dev.espalier.core.ir.Shape.of(1, 3, 4, 4), x);
        try (var session = new OrtRunner(SessionSettings.DEFAULT.withThreads(1)).open(model)) {
            return session.run(Map.of("x", input)).get("y");
        }
    }
}
