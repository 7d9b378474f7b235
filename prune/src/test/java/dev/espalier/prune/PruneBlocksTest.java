package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.InvalidOptionException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.runtime.OrtRunner;
import dev.espalier.testkit.pass.PassTester;
import dev.espalier.testkit.pass.RandomSamples;
import org.junit.jupiter.api.Test;

class PruneBlocksTest {
    /** Three blocks of 400 operations and a head of 2; the second adds almost nothing. */
    private static final String BLOCKS =
            """
            opset 13
            graph g (x: float[N,2,10,10]) -> (y: float[N,1])
            w1: float[2,2,1,1] = [1, 2, 2, 1]
            w2: float[2,2,1,1] = [.01, .01, .01, .01]
            w3: float[2,2,1,1] = [1, 1, 0, 1]
            w4: float[1,2] = [1, 2]
            r0 = Relu(x)
            a = Conv(r0, w1)
            s1 = Add(r0, a)
            r1 = Relu(s1)
            b = Conv(r1, w2)
            s2 = Add(b, r1)
            r2 = Relu(s2)
            c = Conv(r2, w3)
            s3 = Add(r2, c)
            r3 = Relu(s3)
            p = GlobalAveragePool(r3)
            f = Flatten(p)
            y = Gemm(f, w4) {transB=1}
            """;

    private static PassTester given(String text) {
        Model model = GraphText.parse(text);
        OrtRunner runner = new OrtRunner();
        return PassTester.given(model)
                .with(c -> c.withData(RandomSamples.context(model, runner).data()))
                .with(c -> c.withRunner(runner));
    }

    @Test
    void removesTheBranchThatMattersLeast() {
        given(BLOCKS)
                .when(new PruneBlocks(0.7))
                .then(
                        """
                        opset 13
                        graph g (x: float[N,2,10,10]) -> (y: float[N,1])
                        w1: float[2,2,1,1] = [1, 2, 2, 1]
                        w3: float[2,2,1,1] = [1, 1, 0, 1]
                        w4: float[1,2] = [1, 2]
                        r0 = Relu(x)
                        a = Conv(r0, w1)
                        s1 = Add(r0, a)
                        r1 = Relu(s1)
                        c = Conv(r1, w3)
                        s3 = Add(r1, c)
                        r3 = Relu(s3)
                        p = GlobalAveragePool(r3)
                        f = Flatten(p)
                        y = Gemm(f, w4) {transB=1}
                        """)
                .noted("Add 's2': branch of 400 multiply-accumulates removed; outputs changed by")
                .noted("proved on 32 real and 4 random inputs")
                .skippedNothing();
    }

    @Test
    void goesOnUntilTheBudgetIsMet() {
        Model model = GraphText.parse(BLOCKS);

        Model shallow =
                new PruneBlocks(0.34).apply(model, RandomSamples.context(model, new OrtRunner()));

        assertThat(shallow.graph().nodes().stream().filter(node -> node.is("Add"))).hasSize(1);
        assertThat(shallow.graph().initializers()).doesNotContainKey("w2");
    }

    @Test
    void changesNothingWhereTheBudgetIsMet() {
        given(BLOCKS).when(new PruneBlocks(1)).unchanged().noted("within the budget");
    }

    @Test
    void refusesABudgetThatNoRemovalReaches() {
        PassTester tester = given(BLOCKS);

        assertThatThrownBy(() -> tester.when(new PruneBlocks(0.001)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("macs: 0.001")
                .hasMessageContaining("2 are left");
    }

    @Test
    void previewNeedsNeitherDataNorRunner() {
        PassTester.given(BLOCKS)
                .whenPreviewed(new PruneBlocks(0.7))
                .noted("Add 's1': branch of 400 multiply-accumulates removed, or another one")
                .noted("data will tell");
    }
}
