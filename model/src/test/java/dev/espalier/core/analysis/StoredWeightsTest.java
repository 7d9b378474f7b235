package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import org.junit.jupiter.api.Test;

class StoredWeightsTest {
    /** A quantized weight that is spread over two pixels, as folding them leaves it. */
    private static final Model SPREAD =
            GraphText.parse(
                    """
                    opset 13
                    graph (x: float[N,4,6,6]) -> (y)
                    w: float[8,4,3,3] = seed(1)
                    b: float[16] = seed(2)
                    left: int64[8] = [0, 0, 0, 0, 0, 0, 0, 1]
                    right: int64[8] = [0, 0, 0, 1, 0, 0, 0, 0]
                    p = Pad(w, left)
                    q = Pad(w, right)
                    both = Concat(p, q) {axis=0}
                    y = Conv(x, both, b) {strides=[1,2]}
                    """);

    @Test
    void areFoundBehindWhatOnlyMovesThem() {
        assertThat(StoredWeights.behind(SPREAD.graph(), "both")).containsExactly("w");
        assertThat(StoredWeights.behind(SPREAD.graph(), "b")).containsExactly("b");
    }

    @Test
    void areNoneWhereAnInputTakesPart() {
        assertThat(StoredWeights.behind(SPREAD.graph(), "x")).isEmpty();
        assertThat(StoredWeights.behind(SPREAD.graph(), "y")).isEmpty();
        Model mixed =
                GraphText.parse(
                        """
                        graph (x: float[1,4]) -> (y)
                        w: float[1,4] = seed(1)
                        y = Concat(w, x) {axis=0}
                        """);
        assertThat(StoredWeights.behind(mixed.graph(), "y")).isEmpty();
    }

    @Test
    void countOnceHoweverOftenTheyAreSpread() {
        Cost cost = Cost.of(SPREAD, InputShapes.ofBatch(1));
        assertThat(cost.parameters()).isEqualTo(8 * 4 * 3 * 3 + 16);
    }

    /** Looking at each value once for each way to it would take 2^200 looks. */
    @Test
    void areFoundAtTheEndOfManyWaysAndOfALongOne() {
        StringBuilder text =
                new StringBuilder("opset 13\ngraph () -> (y)\nv0: float[1] = seed(1)\n");
        for (int i = 0; i < 200; i++) {
            text.append("v%d = Concat(v%d, v%2$d) {axis=0}\n".formatted(i + 1, i));
        }
        text.append("r0 = Identity(v200)\n");
        for (int i = 0; i < 20_000; i++) {
            text.append("r%d = Identity(r%d)\n".formatted(i + 1, i));
        }
        text.append("y = Identity(r20000)\n");
        Model model = GraphText.parse(text.toString());
        assertThat(StoredWeights.behind(model.graph(), "y")).containsExactly("v0");
    }
}
