package dev.espalier.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerTableTest {
    private static final Model FLOAT =
            GraphText.parse(
                    """
                    graph (x: float[N,3,8,8]) -> (y)
                    w1: float[8,3,3,3] = seed(1)
                    b1: float[8] = seed(2)
                    w2: float[8,1,3,3] = seed(3)
                    w3: float[10,8] = seed(4)
                    h1 = Conv(x, w1, b1) {pads=[1,1,1,1], strides=[2,2]} as first
                    h2 = Conv(h1, w2) {pads=[1,1,1,1], group=8}
                    p = GlobalAveragePool(h2)
                    f = Flatten(p)
                    y = Gemm(f, w3) {transB=1} as fc
                    """);

    private static final Model SMALL =
            GraphText.parse(
                    """
                    graph (x: float[N,3,8,8]) -> (y)
                    w1: float[6,3,3,3] = seed(1)
                    b1: float[6] = seed(2)
                    w2q: int8[6,1,3,3] = seed(3)
                    s: float = 0.1
                    z: int8 = 0
                    w3: float[10,6] = seed(4)
                    h1 = Conv(x, w1, b1) {pads=[1,1,1,1], strides=[2,2]} as first
                    w2 = DequantizeLinear(w2q, s, z)
                    h2 = Conv(h1, w2) {pads=[1,1,1,1], group=6}
                    p = GlobalAveragePool(h2)
                    f = Flatten(p)
                    y = Gemm(f, w3) {transB=1} as classifier
                    """);

    @Test
    void findsLayersAgainByNodeOrOutputOrWeight() {
        List<LayerReport> layers = LayerTable.of(FLOAT, SMALL, InputShapes.ofBatch(1));
        assertThat(layers)
                .containsExactly(
                        new LayerReport(
                                "first",
                                "Conv",
                                new LayerReport.Side(8, 3, "3x3 /2", 224, 3456, "FLOAT"),
                                new LayerReport.Side(6, 3, "3x3 /2", 168, 2592, "FLOAT")),
                        new LayerReport(
                                "h2",
                                "Conv",
                                new LayerReport.Side(8, 8, "3x3 g8", 72, 1152, "FLOAT"),
                                new LayerReport.Side(6, 6, "3x3 g6", 54, 864, "INT8")),
                        new LayerReport(
                                "fc",
                                "Gemm",
                                new LayerReport.Side(10, 8, "", 80, 80, "FLOAT"),
                                new LayerReport.Side(10, 6, "", 60, 60, "FLOAT")));
    }

    @Test
    void showsWhatIsGoneAndWhatIsNew() {
        Model other =
                GraphText.parse(
                        """
                        graph (x: float[N,3,8,8]) -> (y)
                        v: float[4,3,1,1] = seed(1)
                        y = Conv(x, v) as other
                        """);
        List<LayerReport> layers = LayerTable.of(FLOAT, other, InputShapes.ofBatch(1));
        assertThat(layers).hasSize(4);
        assertThat(layers.subList(0, 3))
                .allSatisfy(l -> assertThat(l.after()).isEqualTo(LayerReport.Side.ABSENT));
        assertThat(layers.get(3).before()).isEqualTo(LayerReport.Side.ABSENT);
        assertThat(layers.get(3).after().width()).isEqualTo(4);
    }

    @Test
    void aLayerOfFoldedPixelsIsAsWideAsItsWeight() {
        Model before =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[1,4,6,6]) -> (y)
                        w: float[8,4,3,3] = seed(1)
                        y = Conv(x, w)
                        """);
        Model after =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[1,4,6,6]) -> (y)
                        w: float[8,4,3,3] = seed(1)
                        left: int64[8] = [0, 0, 0, 0, 0, 0, 0, 1]
                        right: int64[8] = [0, 0, 0, 1, 0, 0, 0, 0]
                        p = Pad(w, left)
                        q = Pad(w, right)
                        both = Concat(p, q) {axis=0}
                        y = Conv(x, both) {strides=[1,2]}
                        """);
        LayerReport layer = LayerTable.of(before, after, InputShapes.ofBatch(1)).get(0);
        assertThat(layer.after().width()).isEqualTo(8);
        assertThat(layer.after().parameters()).isEqualTo(8 * 4 * 3 * 3);
        assertThat(layer.after().kernel()).isEqualTo("3x3");
    }

    @Test
    void aProductOfTwoActivationsIsNoLayer() {
        Model attention =
                GraphText.parse(
                        """
                        graph (a: float[1,4,8], b: float[1,8,4]) -> (y)
                        y = MatMul(a, b)
                        """);
        assertThat(LayerTable.of(attention, attention, InputShapes.ofBatch(1))).isEmpty();
    }

    @Test
    void twoNodesOfOneNameStayTwoLayers() {
        Model twins =
                GraphText.parse(
                        """
                        graph (x: float[1,2,4,4]) -> (y)
                        v: float[2,2,1,1] = seed(1)
                        w: float[2,2,1,1] = seed(2)
                        h = Conv(x, v) as same
                        y = Conv(h, w) as same
                        """);
        assertThat(LayerTable.of(twins, twins, InputShapes.ofBatch(1))).hasSize(2);
    }
}
