package dev.espalier.core.op.array;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Map;
import org.junit.jupiter.api.Test;

@OperatorExamples(
        given =
                """
                graph (x: float[1,2,3,3]) -> (y)
                pads: int64[8] = [0, 0, 1, 1, 0, 0, 1, 0]
                channels: int64[8] = [0, 1, 0, 0, 0, 1, 0, 0]
                value: float[] = 0.5
                """,
        calls = {
            "y = Pad(x, pads)",
            "y = Pad(x, channels)",
            "y = Pad(x, pads, value)",
            "y = Pad(x, pads) {mode=\"reflect\"}",
            "y = Pad(x, pads) {mode=\"edge\"}"
        })
class PadTest {
    @Test
    void whatThePadMakesGoesWithNothingAndTheRestWithWhereItLands() {
        OperatorProbe pad =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,4,2,2]) -> (y)
                                p: int64[8] = [0, 2, 0, 0, 0, 3, 0, 0]
                                y = Pad(x, p)
                                """)
                        .linked();

        assertThat(pad.types()).containsExactly("float[1,9,2,2]");
        assertThat(pad.partners("x", 1, 0)).containsExactly("y.1.2");
        assertThat(pad.partners("y", 1, 1)).isEmpty();
        assertThat(pad.isFree("y", 1)).isTrue();
    }

    @Test
    void amountsFollowWhatIsCutOnEachSide() {
        OperatorProbe pad =
                OperatorProbe.of(
                        """
                        graph g (x: float[1,4,2,2]) -> (y)
                        p: int64[8] = [0, 2, 0, 1, 0, 3, 0, 0]
                        y = Pad(x, p)
                        """);

        OperatorProbe.CutNode cut =
                pad.cut(
                        Map.of(
                                "x.1", new int[] {0, 3},
                                "y.1", new int[] {1, 2, 5, 6, 8}));

        assertThat(cut.constant(1)).containsExactly(0, 1, 0, 1, 0, 2, 0, 0);
    }

    @Test
    void negativeAmountsLoseWhatIsCutOfTheRemovedPart() {
        OperatorProbe pad =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,6,2,2]) -> (y)
                                p: int64[8] = [0, -2, 0, 0, 0, -1, 0, 0]
                                y = Pad(x, p)
                                """)
                        .linked();

        assertThat(pad.types()).containsExactly("float[1,3,2,2]");
        assertThat(pad.partners("x", 1, 0)).isEmpty();
        assertThat(pad.partners("x", 1, 2)).containsExactly("y.1.0");
        assertThat(pad.cut(Map.of("x.1", new int[] {1, 2, 4}, "y.1", new int[] {0, 2})).constant(1))
                .containsExactly(0, -1, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void theAttributeOfOlderOperatorSetsIsAdaptedInPlace() {
        OperatorProbe pad =
                OperatorProbe.of(
                        """
                        opset 9
                        graph g (x: float[1,4,2,2]) -> (y)
                        y = Pad(x) {pads=[0,0,0,0,0,4,0,0]}
                        """);

        assertThat(
                        pad.cut(Map.of("y.1", new int[] {0, 1, 2, 3, 7}))
                                .node()
                                .attributes()
                                .integers("pads"))
                .containsExactly(0, 0, 0, 0, 0, 1, 0, 0);
    }

    @Test
    void modesThatCopyFreezeTheAxisButNotTheOthers() {
        OperatorProbe pad =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,4,2,2]) -> (y)
                                p: int64[8] = [0, 1, 0, 0, 0, 0, 0, 0]
                                y = Pad(x, p) {mode="reflect"}
                                """)
                        .linked();

        assertThat(pad.isFree("x", 1)).isFalse();
        assertThat(pad.isFree("x", 2)).isTrue();
    }

    @Test
    void aCutElsewhereLeavesTheNodeAsItIs() {
        OperatorProbe pad =
                OperatorProbe.of(
                        """
                        graph g (x: float[1,4,2,2]) -> (y)
                        p: int64[8] = [0, 0, 1, 1, 0, 0, 1, 1]
                        y = Pad(x, p)
                        """);

        assertThat(pad.cut(Map.of("x.1", new int[] {0}, "y.1", new int[] {0})).node())
                .isSameAs(pad.node());
    }
}
