package dev.espalier.core.op.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@OperatorExamples(
        given =
                """
                graph (x: float[2,3,1]) -> (y)
                r: int64[3] = [1, 2, 3]
                one: int64[3] = [2, 1, 1]
                """,
        calls = {"y = Tile(x, r)", "y = Tile(x, one)"})
@OperatorExamples(
        given = "graph (i: int64[2,3]) -> (y)\ntwo: int64[2] = [2, 2]",
        calls = "y = Tile(i, two)",
        withoutSlope = "moves integers")
class TileTest {
    private static OperatorProbe probe(String node) {
        return OperatorProbe.of(
                """
                graph (x: float[N,3,1], n: int64[3]) -> (y)
                r: int64[3] = [1, 2, 4]
                none: int64[3] = [1, 0, 1]
                below: int64[3] = [1, -1, 1]
                short: int64[2] = [1, 2]
                y = %s
                """
                        .formatted(node));
    }

    @Test
    void aChannelGoesWithItsRepetitionsAndASingleOneIsRepeatedFreely() {
        OperatorProbe tile = probe("Tile(x, r)").linked();

        assertThat(tile.types()).containsExactly("float[N,6,4]");
        assertThat(tile.partners("x", 1, 1)).containsExactly("y.1.1", "y.1.4");
        assertThat(tile.isFree("y", 2)).isTrue();
        assertThat(tile.isFree("x", 2)).isFalse();
        assertThat(tile.cut(Map.of("y.2", new int[] {0, 3})).constant(1)).containsExactly(1, 2, 2);
        assertThat(tile.cut(Map.of("x.1", new int[] {0})).node()).isEqualTo(tile.node());
        assertThat(tile.isHomogeneous(0)).isTrue();
    }

    @Test
    void repeatsThatAreFoundAtRunTimeLeaveSizesOpen() {
        OperatorProbe tile = probe("Tile(x, n)").linked();

        assertThat(tile.types()).containsExactly("float[?,?,?]");
        assertThat(tile.isFree("x", 1)).isFalse();
        assertThat(probe("Tile(x, none)").linked().isFree("x", 1)).isFalse();
    }

    @Test
    void constantsAreRepeatedAndOpenSizesToo() {
        assertThat(
                        ShapeInference.of(
                                        GraphText.parse(
                                                """
                                                graph () -> (y)
                                                c: int64[2,2] = [1, 2, 3, 4]
                                                r: int64[2] = [1, 2]
                                                y = Tile(c, r)
                                                """))
                                .constant("y")
                                .orElseThrow()
                                .toLongs())
                .containsExactly(1, 2, 1, 2, 3, 4, 3, 4);
        assertThat(
                        OperatorProbe.of(
                                        """
                                        graph (x: float[N,5]) -> (z)
                                        r: int64[1] = [2]
                                        s = Shape(x)
                                        t = Tile(s, r)
                                        z = ConstantOfShape(t)
                                        """)
                                .types())
                .containsExactly("float[N,5,N,5]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Tile(x, below) | repeats an axis -1 times",
                "Tile(x, short) | has the shape [2], expected [3]",
                "Tile(x)        | has no input 1",
            })
    void whatNoRuntimeRunsIsRefused(String node, String message) {
        assertThatThrownBy(() -> probe(node))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
