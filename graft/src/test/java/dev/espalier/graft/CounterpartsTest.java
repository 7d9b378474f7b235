package dev.espalier.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CounterpartsTest {
    private static final String OWN =
            """
            opset 13
            graph g (x: float[N,2,4,4]) -> (y: float[N,8])
            w: float[8,2,1,1] = seed(1)
            b: float[8] = seed(2)
            t: int64[2] = [0, -1]
            c = Conv(x, w, b) {pads=[0,0,0,0]}
            r = Relu(c)
            p = GlobalAveragePool(r)
            y = Reshape(p, t)
            """;

    private static final Model MODEL = GraphText.parse(OWN);

    private static void refused(String other, String... words) {
        assertThatThrownBy(() -> Counterparts.of(MODEL, GraphText.parse(other), "the network B"))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("the network B ")
                .hasMessageContainingAll(words);
    }

    @Test
    void areFoundUnderOtherNames() {
        Model other =
                GraphText.parse(
                        OWN.replace("w: ", "weight: ")
                                .replace("(x, w, b)", "(x, weight, b)")
                                .replace("seed(1)", "seed(5)")
                                .replace("c = ", "conv = ")
                                .replace("Relu(c)", "Relu(conv)"));
        assertThat(Counterparts.of(MODEL, other, "B"))
                .containsOnlyKeys("w", "b")
                .containsEntry("w", other.graph().constant("weight").orElseThrow())
                .containsEntry("b", other.graph().constant("b").orElseThrow());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Relu(c)      | Sigmoid(c)   | has a Sigmoid",
                "pads=[0,0,0,0] | group=1    | other attributes",
                "Conv(x, w, b) | Conv(x, w)  | has 2 inputs of",
                "float[8,2,1,1] = seed(1) | float[8,2,3,3] = seed(1) | shapes",
                "[0, -1]      | [-1, 8]      | other values in 't'",
                "GlobalAveragePool(r) | GlobalAveragePool(c) | would be this one's",
                "opset 13     | opset 17     | operator sets",
            })
    void differencesAreNamed(String mine, String its, String words) {
        refused(OWN.replace(mine, its), words);
    }

    @Test
    void fewerNodesAreAnotherTopology() {
        refused(
                OWN.replace("r = Relu(c)\n", "").replace("(r)", "(c)"),
                "has 3 nodes, this one 4",
                "one topology");
    }

    @Test
    void integersCannotBeBlended() {
        refused(OWN.replace("[0, -1]", "[-1, 8]"), "only float32", "blend before quantize");
    }
}
