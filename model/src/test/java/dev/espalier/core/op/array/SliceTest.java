package dev.espalier.core.op.array;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Map;
import org.junit.jupiter.api.Test;

@OperatorExamples(
        given =
                """
                graph (x: float[2,6,5]) -> (y)
                from: int64[2] = [1, 0]
                to: int64[2] = [5, 9]
                axes: int64[2] = [1, 2]
                steps: int64[2] = [1, 2]
                """,
        calls = {"y = Slice(x, from, to, axes)", "y = Slice(x, from, to, axes, steps)"})
class SliceTest {
    private static final String CHANNELS =
            """
            graph g (x: float[1,8,4,4]) -> (y)
            starts: int64[1] = %d
            ends: int64[1] = %d
            axes: int64[1] = 1
            steps: int64[1] = %d
            y = Slice(x, starts, ends, axes, steps)
            """;

    @Test
    void whatIsTakenGoesWithItsSourceAndWhatIsLeftOutIsFree() {
        OperatorProbe slice = OperatorProbe.of(CHANNELS.formatted(2, -1, 1)).linked();

        assertThat(slice.types()).containsExactly("float[1,5,4,4]");
        assertThat(slice.partners("y", 1, 0)).containsExactly("x.1.2");
        assertThat(slice.partners("x", 1, 7)).isEmpty();
        assertThat(slice.isFree("x", 1)).isTrue();
    }

    @Test
    void boundsAreThoseOfThePartThatStays() {
        OperatorProbe.CutNode cut =
                OperatorProbe.of(CHANNELS.formatted(2, -1, 1))
                        .cut(
                                Map.of(
                                        "x.1", new int[] {0, 3, 4, 6, 7},
                                        "y.1", new int[] {1, 2, 4}));

        assertThat(cut.constant(1)).containsExactly(1);
        assertThat(cut.constant(2)).containsExactly(4);
    }

    @Test
    void aStepThatNoBoundsCanFollowFreezesItsAxisOnly() {
        OperatorProbe slice = OperatorProbe.of(CHANNELS.formatted(0, 8, 2)).linked();

        assertThat(slice.types()).containsExactly("float[1,4,4,4]");
        assertThat(slice.isFree("x", 1)).isFalse();
        assertThat(slice.isFree("x", 2)).isTrue();
    }

    @Test
    void anOpenAxisThatIsTakenWholeKeepsItsName() {
        OperatorProbe slice =
                OperatorProbe.of(
                        """
                        graph g (x: float[N,8]) -> (y)
                        starts: int64[1] = 0
                        ends: int64[1] = 9223372036854775807
                        axes: int64[1] = 0
                        y = Slice(x, starts, ends, axes)
                        """);

        assertThat(slice.types()).containsExactly("float[N,8]");
    }

    @Test
    void boundsOutsideAreMovedToTheEnds() {
        assertThat(OperatorProbe.of(CHANNELS.formatted(-100, 100, 3)).types())
                .containsExactly("float[1,3,4,4]");
        assertThat(OperatorProbe.of(CHANNELS.formatted(100, -100, -3)).types())
                .containsExactly("float[1,3,4,4]");
        assertThat(OperatorProbe.of(CHANNELS.formatted(5, 2, 1)).types())
                .containsExactly("float[1,0,4,4]");
    }
}
