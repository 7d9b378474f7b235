package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A small file may declare sizes that no memory holds; none of them is allocated. */
class DeclaredSizesTest {
    private static final InputShapes SHAPES = InputShapes.ofBatch(1);

    @Test
    void operationsThatDoNotFitANumberAreRefusedWithTheNode() {
        Model model =
                GraphText.parse(
                        """
                        graph (a: float[4611686018427387904,2], b: float[2,3]) -> (y)
                        y = MatMul(a, b) as product
                        """);

        assertThatThrownBy(() -> Cost.of(model, SHAPES))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'product'")
                .hasMessageContaining("too large to count with");
    }

    @Test
    void sumsOfOperationsThatDoNotFitANumberAreRefused() {
        Model model =
                GraphText.parse(
                        """
                        graph (a: float[2305843009213693952,2], b: float[2,1]) -> (y, z)
                        y = MatMul(a, b)
                        z = MatMul(a, b)
                        """);

        assertThatThrownBy(() -> Cost.of(model, SHAPES))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("more multiply-accumulates than can be counted");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1,100000000,4,4 | Conv(x, w) {group=100000000}",
                "1,100000000,4,4 | Conv(x, u) {group=50000000}",
                "1,100000000,4,4 | ConvTranspose(x, w) {group=100000000}",
                "1,200000000,4,4 | Concat(x, x) {axis=1}",
                "1,200000000,4,4 | Split(x) {axis=1}",
                "1,200000000,4,4 | Flatten(x)",
                "1,1000000000    | Reshape(x, shape)",
            })
    void channelsOfAxesTooLongToCutTakeNoMemory(String input, String node) {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[INPUT], w: float[100000000,1,1,1], u: float[100000000,2,1,1]) -> (z)
                        shape: int64[3] = [1, 1000, -1]
                        y = NODE
                        z = Relu(y)
                        """
                                .replace("INPUT", input.strip())
                                .replace("NODE", node.strip()));

        assertThat(ChannelGroups.of(model, SHAPES).groups())
                .flatExtracting(ChannelGroup::axes)
                .extracting(Axis::value)
                .doesNotContain("x", "w", "u", "y", "z");
    }

    @Test
    void manyLongAxesOfASmallFileAreRefused() {
        StringBuilder text =
                new StringBuilder("graph (x: float[1,1000000]) -> (y)\nv0 = Relu(x)\n");
        for (int i = 1; i < 9; i++) {
            text.append("v%d = Relu(v%d)\n".formatted(i, i - 1));
        }
        Model model = GraphText.parse(text + "y = Relu(v8)\n");

        assertThatThrownBy(() -> ChannelGroups.of(model, SHAPES))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("positions together");
    }

    @Test
    void groupsThatTakeTooMuchMemoryWhenWrittenDenselyAreRefused() {
        Tensor blocks =
                Tensor.of(
                        DataType.INT8, Shape.of(1 << 20, 2), java.nio.ByteBuffer.allocate(1 << 21));

        assertThatThrownBy(() -> DiagonalBlocks.dense(blocks, 1 << 19))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("start with a larger one");
    }
}
