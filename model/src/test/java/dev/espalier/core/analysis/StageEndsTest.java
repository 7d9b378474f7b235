package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import java.util.List;
import org.junit.jupiter.api.Test;

class StageEndsTest {
    private static List<String> ends(String text) {
        Model model = GraphText.parse(text);
        return StageEnds.of(model, ShapeInference.of(model, InputShapes.ofBatch(2)));
    }

    private static final String STAGES =
            """
            graph (x: float[N,3,16,16]) -> (y)
            w0: float[4,3,3,3] = seed(1)
            w1: float[4,4,3,3] = seed(2)
            w2: float[8,4,3,3] = seed(3)
            w3: float[8,8,1,1] = seed(4)
            w4: float[8,5] = seed(5)
            stem = Conv(x, w0) {pads=[1,1,1,1], strides=[2,2]}
            inner = Conv(stem, w1) {pads=[1,1,1,1]}
            first = Relu(inner)
            half = Conv(first, w2) {pads=[1,1,1,1], strides=[2,2]}
            second = Relu(half)
            pooled = GlobalAveragePool(second)
            flat = Flatten(pooled)
            y = Gemm(flat, w4)
            """;

    @Test
    void areTheValuesThatBecomeSmaller() {
        assertThat(ends(STAGES)).containsExactly("first", "second");
    }

    @Test
    void thePoolingOfSqueezeAndExcitationEndsNone() {
        String squeezed =
                STAGES.replace(
                        "second = Relu(half)\n",
                        """
                        squeeze = GlobalAveragePool(half)
                        excite = Conv(squeeze, w3)
                        gate = Sigmoid(excite)
                        second = Mul(half, gate)
                        """);
        assertThat(ends(squeezed)).containsExactly("first", "second");
        String early =
                STAGES.replace(
                        "first = Relu(inner)\n",
                        """
                                squeeze = GlobalAveragePool(inner)
                                gate = Sigmoid(squeeze)
                                first = Mul(inner, gate)
                                """);
        assertThat(ends(early)).containsExactly("first", "second");
    }

    @Test
    void ofSeveralOfOneResolutionTheFirstCounts() {
        String bottleneck =
                STAGES.replace(
                        "half = Conv(first, w2)",
                        "side = MaxPool(first) {kernel_shape=[2,2], strides=[2,2]}\n"
                                + "wider = Conv(first, w1) {pads=[1,1,1,1]}\n"
                                + "half = Conv(wider, w2)");
        assertThat(ends(bottleneck)).containsExactly("first", "second");
    }

    @Test
    void flatteningAMapEndsTheLastStage() {
        String flat =
                STAGES.replace("pooled = GlobalAveragePool(second)\n", "")
                        .replace("Flatten(pooled)", "Flatten(second)")
                        .replace("w4: float[8,5]", "w4: float[128,5]");
        assertThat(ends(flat)).containsExactly("first", "second");
    }

    @Test
    void networksWithoutMapsHaveNone() {
        assertThat(
                        ends(
                                """
                                graph (x: float[N,4]) -> (y)
                                w: float[4,2] = seed(1)
                                y = Gemm(x, w)
                                """))
                .isEmpty();
    }
}
