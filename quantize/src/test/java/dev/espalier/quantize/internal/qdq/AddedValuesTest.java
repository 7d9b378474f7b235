package dev.espalier.quantize.internal.qdq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.grid.Grid;
import org.junit.jupiter.api.Test;

class AddedValuesTest {
    private final Model model =
            GraphText.parse(
                    """
                    opset 13
                    graph (x: float[1]) -> (y)
                    t2: float[1] = 3
                    y = Add(x, t2)
                    """);
    private final GraphEditor editor = new GraphEditor(model.graph());
    private final AddedValues added = new AddedValues(editor, false);

    @Test
    void ofAPathTheLastPartIsTaken() {
        assertThat(added.name("/layer1/conv/Conv_output_0", "_q")).isEqualTo("Conv_output_0_q");
        assertThat(added.name("/layer2/conv/Conv_output_0", "_q")).isEqualTo("Conv_output_0_q_1");
        assertThat(added.name("onnx::Conv_264", "_s")).isEqualTo("Conv_264_s");
        assertThat(added.name("plain", "_s")).isEqualTo("plain_s");
        assertThat(added.name("ends/", "_s")).isEqualTo("ends/_s");
    }

    @Test
    void numbersAvoidTheModelsNames() {
        assertThat(added.number()).isEqualTo("t1");
        assertThat(added.number()).isEqualTo("t2_1");
        assertThat(added.node("Relu", Attributes.NONE, "x")).isEqualTo("t3");
    }

    @Test
    void equalConstantsOfOneNameAreOne() {
        String first = added.constant("a", "_s", Tensor.scalar(1));

        assertThat(added.constant("a", "_s", Tensor.scalar(1))).isEqualTo(first);
        assertThat(added.constant("a", "_s", Tensor.scalar(2))).isEqualTo("a_s_1");
        assertThat(added.constant("other/a", "_s", Tensor.scalar(1))).isEqualTo("a_s_2");
    }

    /** One constant for two layers fails under ONNX Runtime's option for exact sums. */
    @Test
    void zeroPointsOfActivationsAreSharedAndThoseOfWeightsAreNot() {
        Grid grid = new Grid(0.5f, 7);

        assertThat(added.zeroPoint(grid)).isEqualTo("zp7").isEqualTo(added.zeroPoint(grid));
        assertThat(added.weightZeroPoint("a/w", Shape.of(3))).isEqualTo("w_z");
        assertThat(added.weightZeroPoint("a/w", Shape.of(3))).isEqualTo("w_z_1");
    }

    @Test
    void signedBytesAreThoseLess128() {
        AddedValues signed = new AddedValues(editor, true);

        assertThat(signed.zeroPoint(new Grid(0.5f, 0))).isEqualTo("zp-128");
        assertThat(signed.zeroPoint(new Grid(0.5f, 128))).isEqualTo("zp0");
        Tensor bytes = signed.bytes(Shape.of(3), new int[] {0, 128, 255});
        assertThat(bytes.dataType()).isEqualTo(DataType.INT8);
        assertThat(bytes.toLongs()).containsExactly(-128, 0, 127);
        assertThat(added.bytes(Shape.of(3), new int[] {0, 128, 255}).toLongs())
                .containsExactly(0, 128, 255);
    }
}
