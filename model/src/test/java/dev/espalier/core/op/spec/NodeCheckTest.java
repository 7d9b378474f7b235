package dev.espalier.core.op.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attributes and constants that no runtime could compute with are refused, valid ones are not. */
class NodeCheckTest {
    /** One node after the constants that the cases read. */
    private static Model model(String input, String node) {
        return GraphText.parse(
                """
                opset 21
                opset com.microsoft 1
                graph (x: INPUT, free: float[*]) -> (y)
                w: float[4,2,3,3] = seed(1)
                b: float[4] = seed(2)
                t: float[4,3,2,2] = seed(3)
                v: float[5] = seed(4)
                m: float[4,4] = seed(5)
                i: int64[2] = [1, 2]
                words: string[4] = ["a", "b", "c", "d"]
                half: float16[4] = [1, 1, 1, 1]
                q: uint8[4,8] = seed(6)
                s: float[] = 0.5
                packed: uint8[4,1,8] = seed(7)
                scales: float[4] = seed(8)
                y = NODE
                """
                        .replace("INPUT", input)
                        .replace("NODE", node));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Conv(x, w) {group=0}                       | group is 0, expected at least 1",
                "Conv(x, w) {group=-2}                      | group is -2, expected at least 1",
                "Conv(x, w) {group=3}                       | group 3 does not divide the 4 filters",
                "Conv(x, w) {group=4}                       | do not fit in 4 groups",
                "Conv(x, w) {group=2, strides=[0,1]}        | strides is 0, expected at least 1",
                "Conv(x, w) {group=2, strides=[1]}          | strides has 1 numbers, expected 2",
                "Conv(x, w) {group=2, dilations=[1,-1]}     | dilations is -1, expected at least 1",
                "Conv(x, w) {group=2, pads=[0,0,0,-1]}      | pads is -1, expected at least 0",
                "Conv(x, w) {group=2, pads=[1,1]}           | pads has 2 numbers, expected 4",
                "Conv(x, w) {group=2, kernel_shape=[2,3]}   | kernel_shape is [2, 3]",
                "Conv(x, w) {group=2, auto_pad=\"ANY\"}     | auto_pad is 'ANY', expected one of",
                "Conv(x, w) {group=2.0}                     | attribute group is of another kind",
                "Conv(x, w, v) {group=2}                    | input 2 'v' has the shape [5]",
                "Conv(x, w, words) {group=2}                | input 2 'words' is string[4]",
                "Conv(x, w, half) {group=2}                 | expected one element type",
                "Conv(x)                                    | has no input 1",
                "Conv(x, w, b, b) {group=2}                 | has 4 inputs, expected at most 3",
                "ConvTranspose(x, t) {group=0}              | group is 0, expected at least 1",
                "ConvTranspose(x, t) {group=3}              | group 3 does not divide the 4 channels",
                "ConvTranspose(x, t) {output_padding=[0,-1]} | output_padding is -1",
                "ConvTranspose(x, t) {output_shape=[0,4]}   | output_shape is 0",
                "ConvTranspose(x, w, v)                     | input 2 'v' has the shape [5]",
                "MaxPool(x)                                 | kernel_shape is missing",
                "MaxPool(x) {kernel_shape=[2,0]}            | kernel_shape is 0",
                "MaxPool(x) {kernel_shape=[2,2], pads=[2,0,0,0]} | expected less than the kernel's",
                "AveragePool(x) {kernel_shape=[2,2], ceil_mode=7} | ceil_mode is 7, expected 0 to 1",
                "Softmax(x) {axis=4}                        | axis is 4, expected -4 to 3",
                "Softmax(free) {axis=9223372036854775807}   | axis is 9223372036854775807",
                "Concat(x, free) {axis=-5}                  | axis is -5, expected -4 to 3",
                "Gather(x, i) {axis=4}                      | axis is 4, expected -4 to 3",
                "Gather(x, v)                               | input 1 'v' is float[5], expected int",
                "Flatten(x) {axis=5}                        | axis is 5, expected -4 to 4",
                "ReduceMean(x, b)                           | input 1 'b' is float[4]",
                "LayerNormalization(x, b) {axis=7}          | axis is 7, expected -4 to 3",
                "LayerNormalization(x, words)               | input 1 'words' is string[4]",
                "Transpose(x) {perm=[0,1,2,2]}              | has an axis twice",
                "Transpose(free) {perm=[0,5]}               | perm is 5, expected 0 to 1",
                "QuantizeLinear(x, b) {axis=4}              | axis is 4, expected -4 to 3",
                "QuantizeLinear(x, s) {block_size=-1}       | block_size is -1",
                "QuantizeLinear(x, v) {axis=1}              | input 1 'v' has the shape [5]",
                "QuantizeLinear(x, s) {output_dtype=99}     | which is no element type",
                "DequantizeLinear(words, s)                 | input 0 'words' is string[4]",
                "com.microsoft::MatMulNBits(free, packed, scales) {K=0, N=4} | K is 0",
                "com.microsoft::MatMulNBits(free, packed, scales) {N=4} | K or N is missing",
                "com.microsoft::GatherBlockQuantized(q, i, b) {bits=0} | bits is 0, expected 2 to 8",
                "com.microsoft::GatherBlockQuantized(q, i, b) {block_size=0} | block_size is 0",
                "BatchNormalization(x, b, b, b, v)          | input 4 'v' has the shape [5]",
                "BatchNormalization(x, words, b, b, b)      | input 1 'words' is string[4]",
                "Cast(x) {to=4294967297}                    | to is 4294967297",
                "Dropout(x, s, v)                           | input 2 'v' is float[5]",
                "Clip(x, words)                             | input 1 'words' is string[4]",
                "Resize(x, \"\", v)                         | 5 sizes or scales for 4 axes",
                "Pad(x, i, words)                          | input 2 'words' is string[4]",
                "Pad(x, i) {mode=\"mirror\"}                | mode is 'mirror', expected one of",
            })
    void isRefused(String node, String message) {
        Model model = model("float[N,4,8,8]", node.strip());

        assertThatThrownBy(() -> ShapeInference.of(model))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'y': ")
                .hasMessageContaining(message.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Conv(x, w, b) {group=2, pads=[1,1,1,1], dilations=[2,2]}",
                "Conv(x, w) {group=2, auto_pad=\"SAME_LOWER\"}",
                "ConvTranspose(x, t) {strides=[2,2], output_padding=[1,1]}",
                "ConvTranspose(x, w) {group=2}",
                "MaxPool(x) {kernel_shape=[3,3], pads=[2,2,2,2]}",
                "Softmax(x) {axis=-4}",
                "Softmax(free) {axis=6}",
                "Flatten(x) {axis=4}",
                "Gather(x, i) {axis=-1}",
                "QuantizeLinear(x, b) {axis=1}",
                "QuantizeLinear(x, s) {axis=9}",
                "Transpose(free) {perm=[1,0]}",
                "com.microsoft::GatherBlockQuantized(q, i, b) {block_size=16, quantize_axis=1}",
                "BatchNormalization(x, b, b, b, b)",
                "Clip(x, s, s)",
            })
    void isTaken(String node) {
        assertThat(ShapeInference.of(model("float[N,4,8,8]", node)).type("y")).isPresent();
    }

    @Test
    void floatsOfEightBitsMayBeDequantized() {
        Tensor eight = Tensor.of(DataType.FLOAT8E4M3FN, Shape.of(4), ByteBuffer.wrap(new byte[4]));
        Model model =
                GraphText.parse(
                        """
                        graph () -> (y)
                        w: uint8[4]
                        s: float[] = 0.5
                        y = DequantizeLinear(w, s)
                        """);
        GraphEditor editor = new GraphEditor(model.graph());

        Graph graph = editor.setInitializer("w", eight).build();

        assertThat(ShapeInference.of(model.withGraph(graph)).type("y")).isPresent();
    }

    @Test
    void attributesAreCheckedWhereNoShapeIsKnown() {
        Model model = model("float[*]", "Conv(x, free) {group=0}");

        assertThatThrownBy(() -> ShapeInference.of(model)).hasMessageContaining("group is 0");
    }

    @Test
    void attributesAreCheckedInsideOfSubGraphs() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[1,4,8,8], c: bool[]) -> (y)
                        t: float[4,3,2,2] = seed(1)
                        y = If(c) {then_branch=graph a () -> (p) {
                          p = ConvTranspose(x, t) {group=0} as inner
                        }, else_branch=graph b () -> (r) {
                          r = Relu(x)
                        }}
                        """);

        assertThatThrownBy(() -> ShapeInference.of(model))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'inner': group is 0");
    }

    @Test
    void moreOutputsThanAnOperatorHasAreRefused() {
        Model model = GraphText.parse("graph (x: float[1]) -> (y)\ny, z = Relu(x)");

        assertThatThrownBy(() -> ShapeInference.of(model))
                .hasMessageContaining("has 2 outputs, expected at most 1");
    }

    @Test
    void anOutputIsNeeded() {
        Model model = GraphText.parse("graph (x: float[1]) -> (x)\n\"\" = Relu(x)");

        assertThatThrownBy(() -> ShapeInference.of(model)).hasMessageContaining("has no output");
    }

    @Test
    void sizesThatDoNotFitANumberAreRefused() {
        Model model =
                model(
                        "float[1,4,9223372036854775807,8]",
                        "Conv(x, w) {group=2, pads=[2147483647,0,2147483647,0]}");

        assertThatThrownBy(() -> ShapeInference.of(model))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("too large to count with");
    }
}
