package dev.espalier.core.op.array;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Map;
import org.junit.jupiter.api.Test;

@OperatorExamples(
        given =
                """
                graph (x: float[3,4,2]) -> (y)
                i: int64[2] = [2, 0]
                one: int64[] = 1
                """,
        calls = {"y = Gather(x, i)", "y = Gather(x, i) {axis=1}", "y = Gather(x, one) {axis=2}"})
class GatherTest {
    @Test
    void aConstantListTiesEachEntryToItsSource() {
        OperatorProbe gather =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,4,2]) -> (y)
                                i: int64[4] = [2, 0, -1, 0]
                                y = Gather(x, i) {axis=1}
                                """)
                        .linked();

        assertThat(gather.partners("x", 1, 0)).containsExactly("y.1.1", "y.1.3");
        assertThat(gather.partners("x", 1, 1)).isEmpty();
        assertThat(
                        gather.cut(
                                        Map.of(
                                                "x.1", new int[] {2, 3},
                                                "y.1", new int[] {0, 2}))
                                .constant(1))
                .containsExactly(0, 1);
    }

    @Test
    void aSingleEntryFreezesItsAxisAndShiftsTheOthers() {
        OperatorProbe gather =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,4,2]) -> (y)
                                i: int64[] = 2
                                y = Gather(x, i) {axis=1}
                                """)
                        .linked();

        assertThat(gather.types()).containsExactly("float[1,2]");
        assertThat(gather.isFree("x", 1)).isFalse();
        assertThat(gather.partners("x", 2, 1)).containsExactly("y.1.1");
    }

    @Test
    void indicesThatAreComputedFreezeTheirAxis() {
        OperatorProbe gather =
                OperatorProbe.of(
                                """
                                graph g (x: float[5,4], i: int64[3,2]) -> (y)
                                y = Gather(x, i)
                                """)
                        .linked();

        assertThat(gather.types()).containsExactly("float[3,2,4]");
        assertThat(gather.isFree("x", 0)).isFalse();
        assertThat(gather.partners("x", 1, 3)).containsExactly("y.2.3");
    }
}
