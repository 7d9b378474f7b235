package dev.espalier.train.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** In which type and in whose memory a training program computes. */
class NetworkWriterTest {
    private static String statements(String node, boolean reduced) {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph (x: float[N,4,8,8]) -> (y)
                        w: float[4,1,3,3] = seed(1)
                        v: float[4,2,3,3] = seed(1)
                        lo: float[] = 0
                        hi: float[] = 6
                        h = Tanh(x)
                        %s
                        """
                                .formatted(node));
        NetworkWriter writer =
                new NetworkWriter(
                        model,
                        ShapeInference.of(model, InputShapes.ofBatch(2)),
                        NetworkWriter.Use.TRAIN,
                        reduced,
                        1,
                        new ProgramTensors(Map.of()),
                        "v");
        writer.write("y");
        return String.join("\n", writer.statements());
    }

    @Test
    void aStridedDepthwiseConvolutionIsComputedInFloat32() {
        String program = statements("y = Conv(h, w) {group=4, strides=[2,2]}", true);

        assertThat(program)
                .containsPattern(
                        "torch\\.to\\(torch\\.conv2d\\(torch\\.to\\(\\w+, 6\\), \\w+, None,"
                                + " \\[2, 2\\], \\[0, 0\\], \\[1, 1\\], 4\\), 15\\)");
    }

    @Test
    void otherConvolutionsAreNot() {
        assertThat(statements("y = Conv(h, w) {group=4}", true))
                .contains("conv2d")
                .doesNotContain(", 6)");
        assertThat(statements("y = Conv(h, v) {group=2, strides=[2,2]}", true))
                .contains("conv2d")
                .doesNotContain(", 6)");
    }

    @Test
    void inFloat32NothingIsConverted() {
        assertThat(statements("y = Conv(h, w) {group=4, strides=[2,2]}", false))
                .contains("conv2d")
                .doesNotContain("torch.to(");
    }

    @Test
    void bothBoundsOfAClipAreOneKernelThatOverwritesWhatNobodyElseReads() {
        String bounds = ", 0.00000000000000000e+00, 6.00000000000000000e+00)";

        assertThat(statements("c = Conv(h, w) {group=4}\ny = Clip(c, lo, hi)", false))
                .containsPattern("torch\\.hardtanh_\\(\\w+\\Q" + bounds + "\\E");
        assertThat(
                        statements(
                                "c = Conv(h, w) {group=4}\nd = Clip(c, lo, hi)\ny = Add(c, d)",
                                false))
                .containsPattern("torch\\.hardtanh\\(\\w+\\Q" + bounds + "\\E");
    }

    @Test
    void oneBoundOrTwoThatCrossAreClampedOneByOne() {
        assertThat(statements("y = Clip(h, lo)", false))
                .contains("torch.clamp_min(")
                .doesNotContain("hardtanh");
        assertThat(statements("y = Clip(h, hi, lo)", false))
                .contains("torch.clamp_max(torch.clamp_min(")
                .doesNotContain("hardtanh");
    }
}
