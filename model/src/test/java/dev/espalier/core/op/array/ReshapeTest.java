package dev.espalier.core.op.array;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Map;
import org.junit.jupiter.api.Test;

@OperatorExamples(
        given =
                """
                graph (x: float[2,4,1,3]) -> (y)
                target: int64[3] = [0, 2, -1]
                third: int64[1] = [2]
                """,
        calls = {
            "y = Reshape(x, target)",
            "y = Flatten(x)",
            "y = Flatten(x) {axis=2}",
            "y = Squeeze(x, third)",
            "y = Unsqueeze(x, third)"
        })
@OperatorExamples(
        given =
                """
                graph (x: float[2,4,3]) -> (y)
                size: int64[2] = [2, 3]
                from: int64[] = 1
                to: int64[] = 9
                by: int64[] = 3
                """,
        calls = {
            "y = Shape(x)",
            "y = Constant() {value=tensor(float[2], [1, 2])}",
            "y = ConstantOfShape(size) {value=tensor(float[1], [3])}",
            "y = Range(from, to, by)"
        },
        withoutSlope = "gives sizes or numbers of its own")
class ReshapeTest {
    @Test
    void flatteningTiesAChannelToAllItsPlaces() {
        OperatorProbe reshape =
                OperatorProbe.of(
                                """
                                graph g (x: float[N,3,2,2]) -> (y)
                                t: int64[2] = [0, -1]
                                y = Reshape(x, t)
                                """)
                        .linked();

        assertThat(reshape.types()).containsExactly("float[N,12]");
        assertThat(reshape.partners("x", 1, 1)).containsExactly("y.1.4", "y.1.5", "y.1.6", "y.1.7");
        assertThat(reshape.isFree("x", 2)).isFalse();
    }

    @Test
    void theTwoSidesOfAChannelShuffleLoseTheSameChannels() {
        OperatorProbe apart =
                OperatorProbe.of(
                                """
                                graph g (x: float[N,6,4,4]) -> (y)
                                t: int64[5] = [0, 2, 3, 4, 4]
                                y = Reshape(x, t)
                                """)
                        .linked();
        OperatorProbe together =
                OperatorProbe.of(
                                """
                                graph g (x: float[N,3,2,4,4]) -> (y)
                                t: int64[4] = [0, 6, 4, 4]
                                y = Reshape(x, t)
                                """)
                        .linked();

        assertThat(apart.partners("x", 1, 1)).containsExactly("x.1.4", "y.2.1");
        assertThat(together.partners("y", 1, 2)).containsExactly("x.1.1", "y.1.3");
    }

    @Test
    void aTargetWithTheCountIsReplacedAndTheBatchIsNotBakedIn() {
        OperatorProbe reshape =
                OperatorProbe.of(
                        """
                        graph g (x: float[N,4,2,2]) -> (y)
                        zero: int64[1] = 0
                        features: int64[1] = 16
                        s = Shape(x)
                        n = Gather(s, zero)
                        t = Concat(n, features) {axis=0}
                        y = Reshape(x, t)
                        """);

        assertThat(reshape.types()).containsExactly("float[N,16]");
        assertThat(
                        reshape.cut(
                                        Map.of(
                                                "x.1",
                                                new int[] {0, 2},
                                                "y.1",
                                                new int[] {0, 1, 2, 3, 8, 9, 10, 11}))
                                .constant(1))
                .containsExactly(0, 8);
    }

    @Test
    void whatIsLeftOverNeedsNoNewTarget() {
        OperatorProbe reshape =
                OperatorProbe.of(
                        """
                        graph g (x: float[1,4,2,2]) -> (y)
                        t: int64[2] = [1, -1]
                        y = Reshape(x, t)
                        """);

        assertThat(reshape.cut(Map.of("x.1", new int[] {0}, "y.1", new int[] {0, 1, 2, 3})).node())
                .isSameAs(reshape.node());
    }

    @Test
    void anAxisThatIsRegroupedIsFrozen() {
        OperatorProbe reshape =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,6,4]) -> (y)
                                t: int64[3] = [1, 4, 6]
                                y = Reshape(x, t)
                                """)
                        .linked();

        assertThat(reshape.isFree("x", 1)).isFalse();
        assertThat(reshape.isFree("x", 0)).isTrue();
    }

    @Test
    void aTargetThatDependsOnTheDataGivesOnlyTheRank() {
        OperatorProbe reshape =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,6,4], t: int64[2]) -> (y)
                                y = Reshape(x, t)
                                """)
                        .linked();

        assertThat(reshape.types()).containsExactly("float[?,?]");
        assertThat(reshape.isFree("x", 0)).isFalse();
    }
}
