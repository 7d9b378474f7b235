package dev.espalier.core.op.array;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.op.OperatorProbe;
import dev.espalier.testkit.OperatorExamples;
import java.util.Map;
import org.junit.jupiter.api.Test;

@OperatorExamples(
        given =
                """
                graph (x: float[2,6,3]) -> (a, b)
                sizes: int64[2] = [2, 4]
                """,
        calls = {"a, b = Split(x, sizes) {axis=1}", "a, b = Split(x) {axis=1}"})
class SplitTest {
    @Test
    void partsGoWithTheirPlaceInTheWhole() {
        OperatorProbe split =
                OperatorProbe.of(
                                """
                                graph g (x: float[1,6,4]) -> (a, b)
                                a, b = Split(x) {axis=1}
                                """)
                        .linked();

        assertThat(split.types()).containsExactly("float[1,3,4]", "float[1,3,4]");
        assertThat(split.partners("x", 1, 4)).containsExactly("b.1.1");
        assertThat(split.partners("x", 2, 3)).containsExactly("a.2.3", "b.2.3");
    }

    @Test
    void equalPartsGetSizesWhenTheyAreEqualNoMore() {
        Map<String, int[]> kept =
                Map.of(
                        "x.1", new int[] {0, 1, 2, 5},
                        "a.1", new int[] {0, 1, 2},
                        "b.1", new int[] {2});
        String text =
                """
                opset %d
                graph g (x: float[1,6,4]) -> (a, b)
                a, b = Split(x) {axis=1}
                """;

        assertThat(OperatorProbe.of(text.formatted(13)).cut(kept).constant(1))
                .containsExactly(3, 1);
        assertThat(
                        OperatorProbe.of(text.formatted(11))
                                .cut(kept)
                                .node()
                                .attributes()
                                .integers("split"))
                .containsExactly(3, 1);
    }

    @Test
    void theLastOfManyOutputsMayBeSmaller() {
        assertThat(
                        OperatorProbe.of(
                                        """
                                        opset 18
                                        graph g (x: float[7]) -> (a, b, c)
                                        a, b, c = Split(x) {num_outputs=3}
                                        """)
                                .types())
                .containsExactly("float[3]", "float[3]", "float[1]");
    }
}
