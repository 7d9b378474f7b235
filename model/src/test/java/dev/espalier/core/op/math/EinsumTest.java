package dev.espalier.core.op.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.op.OperatorProbe;
import dev.espalier.core.op.Operators;
import dev.espalier.testkit.OperatorExamples;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@OperatorExamples(
        given =
                """
                graph (x: float[2,3,4], z: float[2,5,4], q: float[3,3]) -> (y)
                w: float[4,5] = seed(1)
                v: float[5,4] = seed(2)
                h: float[4,2,3] = seed(3)
                """,
        calls = {
            "y = Einsum(x, w) {equation=\"bij,jk->bik\"}",
            "y = Einsum(x, v) {equation=\"bij, kj -> bik\"}",
            "y = Einsum(x, w) {equation=\"...j,jk->...k\"}",
            "y = Einsum(x, z) {equation=\"bij,bkj->bik\"}",
            "y = Einsum(x, h) {equation=\"bij,jhd->bhid\"}",
            "y = Einsum(x, z) {equation=\"bij,bkj\"}",
            "y = Einsum(x) {equation=\"bij->jib\"}",
            "y = Einsum(x) {equation=\"bij->bi\"}",
            "y = Einsum(q) {equation=\"ii->i\"}",
            "y = Einsum(x, q, w) {equation=\"bij,il,jk->blk\"}"
        })
class EinsumTest {
    private static OperatorProbe probe(String equation, String inputs) {
        return OperatorProbe.of(
                """
                graph (x: float[N,3,4], z: float[N,5,4], q: float[3,3], one: float[N,1,4]) -> (y)
                w: float[4,5] = seed(1)
                h: float[4,2,6] = seed(3)
                y = Einsum(%s) {equation="%s"}
                """
                        .formatted(inputs, equation));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bij,jk->bik    | x, w    | float[N,3,5]",
                "bij,jk         | x, w    | float[N,3,5]",
                "...j,jk->...k  | x, w    | float[N,3,5]",
                "bij,bkj->bik   | x, z    | float[N,3,5]",
                "bij,jhd->bhid  | x, h    | float[N,2,3,6]",
                "bij->          | x       | float[]",
                "bij->jb        | x       | float[4,N]",
                "ii->i          | q       | float[3]",
                "ii             | q       | float[]",
                "bij,bij->bij   | x, one  | float[N,3,4]",
                "bca,ac->b      | x, q2   | float[N]",
            })
    void lettersGiveTheShape(String equation, String inputs, String expected) {
        String known = inputs.replace("q2", "w2");
        String text =
                """
                graph (x: float[N,3,4], z: float[N,5,4], q: float[3,3], one: float[N,1,4],
                       w2: float[4,3]) -> (y)
                w: float[4,5] = seed(1)
                h: float[4,2,6] = seed(3)
                y = Einsum(%s) {equation="%s"}
                """;
        assertThat(OperatorProbe.of(text.formatted(known, equation)).types())
                .containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bij,jk->bik   | x, w    | 120",
                "bij,bkj->bik  | x, z    | 120",
                "bij,jhd->bhid | x, h    | 288",
                "bij->jib      | x       | 0",
                "bij->bi       | x       | 0",
                "bij,bij->bij  | x, x    | 0",
                "bij,il,jk->blk | x, q, w | 192",
            })
    void contractionsCostTheProductOfTheirLetters(String equation, String inputs, long macs) {
        OperatorProbe probe =
                OperatorProbe.of(
                        """
                        graph (x: float[2,3,4], z: float[2,5,4], q: float[3,3]) -> (y)
                        w: float[4,5] = seed(1)
                        h: float[4,2,6] = seed(3)
                        y = Einsum(%s) {equation="%s"}
                        """
                                .formatted(inputs, equation));

        assertThat(probe.macs()).isEqualTo(macs);
    }

    @Test
    void axesOfOneLetterGoTogetherAlsoWhereTheyAreSummedUp() {
        OperatorProbe probe = probe("bij,jk->bik", "x, w").linked();

        assertThat(probe.partners("x", 2, 3)).containsExactly("w.0.3");
        assertThat(probe.partners("w", 1, 4)).containsExactly("y.2.4");
        assertThat(probe.partners("x", 1, 2)).containsExactly("y.1.2");
        assertThat(probe.isHomogeneous(0)).isTrue();
        assertThat(probe.isHomogeneous(0, 1)).isFalse();
    }

    @Test
    void aSumOfOneOperandAndWhatIsBroadcastStay() {
        OperatorProbe sum = probe("bij->bi", "x").linked();
        assertThat(sum.freezes()).containsExactly("x.2: a sum is taken over this axis");
        assertThat(sum.partners("x", 1, 2)).containsExactly("y.1.2");

        OperatorProbe broadcast = probe("bij,bij->bij", "x, one").linked();
        assertThat(broadcast.isFree("one", 1)).isFalse();
        assertThat(broadcast.partners("x", 1, 2)).containsExactly("y.1.2");

        OperatorProbe diagonal = probe("ii->i", "q").linked();
        assertThat(diagonal.partners("q", 0, 1)).containsExactly("q.1.1", "y.0.1");
        assertThat(probe("ii->", "q").linked().isFree("q", 0)).isFalse();
    }

    private static Optional<Layer> layer(String equation) {
        Model model =
                GraphText.parse(
                        """
                        graph (x: float[N,3,4]) -> (y)
                        w: float[4,5] = seed(1)
                        y = Einsum(x, w) {equation="%s"}
                        """
                                .formatted(equation));
        Node node = model.graph().nodes().get(0);
        return Layer.of(node, model.graph()::constant);
    }

    @Test
    void oneMatrixBehindTheLastAxisIsALayer() {
        Layer layer = layer("bij,jk->bik").orElseThrow();
        assertThat(layer.outputs()).isEqualTo(5);
        assertThat(layer.depth()).isEqualTo(4);
        assertThat(layer("...j,jk->...k").orElseThrow().outputs()).isEqualTo(5);

        Layer transposed = layer("bij,kj->bik").orElseThrow();
        assertThat(transposed.outputs()).isEqualTo(4);
        assertThat(transposed.depth()).isEqualTo(5);
        assertThat(transposed.rows()[0][1]).isEqualTo(transposed.weight().toDoubles()[1]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bij,jk->bki",
                "bji,jk->bik",
                "bij,jk->bijk",
                "bij,jk->ik",
                "bij,jb->bi",
                "bij,jj->bij",
                "bij",
                "b"
            })
    void othersAreNone(String equation) {
        assertThat(layer(equation)).isEmpty();
    }

    @Test
    void aNodeWithoutAnEquationIsNoLayer() {
        Node node =
                Node.of(
                        "n",
                        "Einsum",
                        java.util.List.of("x", "w"),
                        java.util.List.of("y"),
                        dev.espalier.core.ir.Attributes.NONE);
        assertThat(Operators.weights(node)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bij,jk->bik | x     | has 2 operands, the node 1",
                "bi->b       | x     | operand 0 of equation 'bi->b' has the shape [N,3,4]",
                "bi1->b      | x     | has '1', which is no letter",
                "b..j->b     | x     | has '.', which is no letter",
                "b......->b  | x     | has ... twice in an operand",
                "bij->bb     | x     | has a letter twice in its result",
                "bij->bk     | x     | has a letter in its result that no operand has",
                "bij,ik->bk  | x, w  | do not broadcast",
            })
    void whatNoRuntimeRunsIsRefused(String equation, String inputs, String message) {
        assertThatThrownBy(() -> probe(equation, inputs))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
    }
}
