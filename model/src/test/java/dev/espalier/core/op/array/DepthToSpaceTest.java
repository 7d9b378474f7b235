package dev.espalier.core.op.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ChannelGroup;
import dev.espalier.core.analysis.ChannelGroups;
import dev.espalier.core.analysis.Cost;
import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DepthToSpace, and SpaceToDepth, which goes the other way. */
@OperatorExamples(
        given =
                """
                graph (x: float[2,12,2,3], large: float[2,18,1,2], image: float[2,3,4,6]) -> (y)
                """,
        calls = {
            "y = DepthToSpace(x) {blocksize=2}",
            "y = DepthToSpace(x) {blocksize=2, mode=\"CRD\"}",
            "y = DepthToSpace(large) {blocksize=3, mode=\"CRD\"}",
            "y = DepthToSpace(large) {blocksize=3, mode=\"DCR\"}",
            "y = DepthToSpace(x) {blocksize=1}",
            "y = SpaceToDepth(image) {blocksize=2}",
            "y = SpaceToDepth(image) {blocksize=1}"
        })
class DepthToSpaceTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                        """
                        graph (x: float[N,8,2,3], image: float[N,2,4,6], line: float[N,8,4],
                               open: float[N,C,H,W]) -> (y)
                        y = %s
                        """
                                .formatted(node))
                .linked();
    }

    @Test
    void channelsInRowsOfColumnsLieSideBySide() {
        OperatorProbe probe = probe("DepthToSpace(x) {blocksize=2, mode=\"CRD\"}");

        assertThat(probe.types()).containsExactly("float[N,2,4,6]");
        assertThat(probe.partners("y", 1, 1)).containsExactly("x.1.4", "x.1.5", "x.1.6", "x.1.7");
        assertThat(probe.partners("x", 2, 1)).containsExactly("y.2.2", "y.2.3");
        assertThat(probe.isHomogeneous(0)).isTrue();
    }

    @Test
    void elseTheyLieOneImageApart() {
        OperatorProbe probe = probe("DepthToSpace(x) {blocksize=2}");

        assertThat(probe.partners("y", 1, 1)).containsExactly("x.1.1", "x.1.3", "x.1.5", "x.1.7");
    }

    @Test
    void spaceToDepthIsTheReverse() {
        OperatorProbe probe = probe("SpaceToDepth(image) {blocksize=2}");

        assertThat(probe.types()).containsExactly("float[N,8,2,3]");
        assertThat(probe.partners("image", 1, 1))
                .containsExactly("y.1.1", "y.1.3", "y.1.5", "y.1.7");
        assertThat(probe.partners("y", 3, 2)).containsExactly("image.3.4", "image.3.5");
    }

    @Test
    void openSizesAreAnswered() {
        OperatorProbe probe =
                OperatorProbe.of(
                        "graph (x: float[N,8,H,W]) -> (y)\ny = DepthToSpace(x) {blocksize=2}");
        assertThat(probe.types()).containsExactly("float[N,2,?,?]");

        OperatorProbe back =
                OperatorProbe.of(
                        "graph (x: float[N,C,H,4]) -> (y)\ny = SpaceToDepth(x) {blocksize=2}");
        assertThat(back.types()).containsExactly("float[N,?,?,2]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DepthToSpace(x)                | blocksize is missing",
                "DepthToSpace(x) {blocksize=0}  | blocksize is 0, expected at least 1",
                "DepthToSpace(x) {blocksize=3}  | blocks of 9 do not divide axis 1",
                "DepthToSpace(x) {blocksize=2, mode=\"RCD\"} | mode is 'RCD'",
                "DepthToSpace(line) {blocksize=2} | expected [N,C,H,W]",
                "SpaceToDepth(image) {blocksize=4} | blocks of 4 do not divide axis 3",
                "DepthToSpace(x) {blocksize=4294967296} | blocksize is 4294967296",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aPixelShuffleBetweenConvolutionsIsCutInBlocks() {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,3,16,16]) -> (y)
                        w: float[64,3,3,3] = seed(1)
                        v: float[32,16,3,3] = seed(2)
                        a = Conv(x, w) {pads=[1,1,1,1]}
                        d = DepthToSpace(a) {blocksize=2, mode="CRD"}
                        y = Conv(d, v) {pads=[1,1,1,1]}
                        """);

        ChannelGroups groups = ChannelGroups.of(model, InputShapes.ofBatch(1));
        ChannelGroup group = groups.groups().get(0);

        assertThat(groups.groups()).hasSize(1);
        assertThat(group.size()).isEqualTo(16);
        assertThat(Cost.of(model, InputShapes.ofBatch(1)).macs())
                .isEqualTo(256L * 64 * 27 + 1024L * 32 * 144);
    }
}
