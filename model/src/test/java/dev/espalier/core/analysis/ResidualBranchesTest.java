package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResidualBranchesTest {
    private static final InputShapes SHAPES = InputShapes.ofBatch(1);

    private static List<ResidualBranch> branches(String text) {
        return ResidualBranches.of(GraphText.parse(text), SHAPES);
    }

    private static final String BLOCK =
            """
            opset 13
            graph g (x: float[N,4,5,5]) -> (z: float[N,4,5,5])
            w0: float[4,4,1,1] = seed(1)
            w1: float[4,4,1,1] = seed(2)
            w2: float[4,4,1,1] = seed(3)
            a = Conv(x, w0)
            r = Relu(a)
            b = Conv(r, w1)
            c = Relu(b)
            d = Conv(c, w2)
            y = Add(d, r)
            z = Relu(y)
            """;

    @Test
    void findsTheDearerSideOfASum() {
        ResidualBranch branch = branches(BLOCK).get(0);

        assertThat(branch.sum()).isEqualTo("y");
        assertThat(branch.shortcut()).isEqualTo("r");
        assertThat(branch.branch()).isEqualTo("d");
        assertThat(branch.nodes()).extracting(Node::opType).containsExactly("Conv", "Relu", "Conv");
        assertThat(branch.macs()).isEqualTo(2 * 4 * 4 * 25);
    }

    @Test
    void keepsTheProjectionAndTakesTheBranch() {
        ResidualBranch branch =
                branches(
                                """
                                opset 13
                                graph g (x: float[N,4,6,6]) -> (z: float[N,8,3,3])
                                w0: float[8,4,3,3] = seed(1)
                                w1: float[8,8,3,3] = seed(2)
                                w2: float[8,4,1,1] = seed(3)
                                r = Relu(x)
                                a = Conv(r, w0) {strides=[2,2], pads=[1,1,1,1]}
                                b = Conv(a, w1) {pads=[1,1,1,1]}
                                s = Conv(r, w2) {strides=[2,2]}
                                y = Add(s, b)
                                z = Relu(y)
                                """)
                        .get(0);

        assertThat(branch.shortcut()).isEqualTo("s");
        assertThat(branch.nodes()).extracting(node -> node.output(0)).containsExactly("a", "b");
    }

    @Test
    void removesTheBranchAndWhatOnlyItNeeds() {
        Model model = GraphText.parse(BLOCK);

        Model shallow = ResidualBranches.remove(model, branches(BLOCK).get(0));

        assertThat(GraphText.print(shallow))
                .isEqualTo(
                        GraphText.print(
                                GraphText.parse(
                                        """
                                        opset 13
                                        graph g (x: float[N,4,5,5]) -> (z: float[N,4,5,5])
                                        w0: float[4,4,1,1] = seed(1)
                                        a = Conv(x, w0)
                                        r = Relu(a)
                                        z = Relu(r)
                                        """)));
    }

    @Test
    void silencedModelKeepsAllNodes() {
        Model model = GraphText.parse(BLOCK);

        Model silenced = ResidualBranches.silence(model, branches(BLOCK));

        assertThat(silenced.graph().nodes())
                .extracting(Node::opType)
                .containsExactly("Conv", "Relu", "Conv", "Relu", "Conv", "Mul", "Add", "Relu");
        assertThat(silenced.graph().producer("y").orElseThrow().inputs())
                .containsExactly("d_silent", "r");
    }

    @Test
    void silencesABranchThatWasFoundAfterAnotherWasRemoved() {
        Model model =
                GraphText.parse(
                        """
                        opset 13
                        graph g (x: float[N,4,5,5]) -> (z: float[N,4,5,5])
                        w0: float[4,4,1,1] = seed(1)
                        w1: float[4,4,1,1] = seed(2)
                        a = Conv(x, w0)
                        s = Add(x, a)
                        b = Conv(s, w1)
                        t = Add(s, b)
                        z = Relu(t)
                        """);
        ResidualBranch first = ResidualBranches.of(model, SHAPES).get(0);
        ResidualBranch second =
                ResidualBranches.of(ResidualBranches.remove(model, first), SHAPES).get(0);

        Model silenced = ResidualBranches.silence(model, List.of(first, second));

        assertThat(second.shortcut()).isEqualTo("x");
        assertThat(silenced.graph().producer("t").orElseThrow().inputs())
                .containsExactly("s", "b_silent");
        assertThat(silenced.graph().nodes().stream().filter(node -> node.is("Mul"))).hasSize(2);
    }

    @Test
    void twoTowersAreNoBlock() {
        assertThat(
                        branches(
                                """
                                opset 13
                                graph g (u: float[N,4,5,5], v: float[N,4,5,5]) -> (z: float[N,4,5,5])
                                w: float[4,4,1,1] = seed(1)
                                p = Relu(u)
                                q = Conv(v, w)
                                y = Add(p, q)
                                z = Relu(y)
                                """))
                .isEmpty();
    }

    @Test
    void aBroadcastIsNoBlock() {
        assertThat(
                        branches(
                                """
                                opset 13
                                graph g (x: float[N,4,5,5]) -> (z: float[N,4,5,5])
                                w: float[4,4,1,1] = seed(1)
                                p = GlobalAveragePool(x)
                                q = Conv(p, w)
                                y = Add(x, q)
                                z = Relu(y)
                                """))
                .isEmpty();
    }

    @Test
    void aBranchWhoseInsideIsReadElsewhereStays() {
        assertThat(branches(BLOCK.replace("z = Relu(y)", "p = Relu(c)\nz = Mul(p, y)"))).isEmpty();
    }

    @Test
    void aSumOfChannelsWithoutOperationsIsNoBlock() {
        assertThat(
                        branches(
                                """
                                opset 13
                                graph g (x: float[N,4,5,5]) -> (z: float[N,4,5,5])
                                p = Relu(x)
                                y = Add(x, p)
                                z = Relu(y)
                                """))
                .isEmpty();
    }

    @Test
    void aSumThatIsAnOutputStays() {
        assertThat(
                        branches(
                                """
                                opset 13
                                graph g (x: float[N,4,5,5]) -> (y: float[N,4,5,5])
                                w: float[4,4,1,1] = seed(1)
                                q = Conv(x, w)
                                y = Add(x, q)
                                """))
                .isEmpty();
    }
}
