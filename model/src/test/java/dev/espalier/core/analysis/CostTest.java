package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import org.junit.jupiter.api.Test;

class CostTest {
    private static Cost cost(String text) {
        return Cost.of(GraphText.parse(text), InputShapes.ofBatch(2));
    }

    @Test
    void countsWeightsShiftsAndScalesButNotRunningStatistics() {
        Cost cost =
                cost(
                        """
                        graph g (x: float[N,3,8,8]) -> (y)
                        w: float[4,3,3,3] = seed(1)
                        b: float[4] = seed(2)
                        s: float[4] = seed(3)
                        t: float[4] = seed(4)
                        m: float[4] = seed(5)
                        v: float[4] = seed(6)
                        h = Conv(x, w, b) {pads=[1,1,1,1]} as conv
                        n = BatchNormalization(h, s, t, m, v)
                        y = Relu(n)
                        """);

        assertThat(cost.parameters()).isEqualTo(108 + 4 + 8);
        assertThat(cost.macs()).isEqualTo(2 * 4 * 64 * 27);
        assertThat(cost.bytes()).isEqualTo((108 + 5 * 4) * 4);
        assertThat(cost.nodes()).extracting(NodeCost::parameters).containsExactly(112L, 8L, 0L);
        assertThat(cost.nodes()).extracting(NodeCost::name).containsExactly("conv", "n", "y");
    }

    @Test
    void aTensorThatSeveralNodesReadCountsOnce() {
        Cost cost =
                cost(
                        """
                        graph g (x: float[N,4]) -> (y)
                        w: float[4,4] = seed(1)
                        same = Identity(w)
                        a = MatMul(x, w)
                        b = MatMul(a, same)
                        y = MatMul(b, w)
                        """);

        assertThat(cost.parameters()).isEqualTo(16);
        assertThat(cost.macs()).isEqualTo(3 * 2 * 16);
    }

    @Test
    void quantizedWeightsCountTheirElementsAndNotTheirScales() {
        Cost cost =
                cost(
                        """
                        graph g (x: float[N,4]) -> (y)
                        w: int8[4,5] = seed(1)
                        s: float[5] = seed(2)
                        d = DequantizeLinear(w, s) {axis=1}
                        y = MatMul(x, d)
                        """);

        assertThat(cost.parameters()).isEqualTo(20);
        assertThat(cost.macs()).isEqualTo(2 * 4 * 5);
    }

    @Test
    void addedVectorsCountAndSingleNumbersDoNot() {
        Cost cost =
                cost(
                        """
                        graph g (x: float[N,4]) -> (y)
                        b: float[4] = seed(1)
                        half: float[] = 0.5
                        a = Add(x, b)
                        y = Mul(a, half)
                        """);

        assertThat(cost.parameters()).isEqualTo(4);
        assertThat(cost.macs()).isZero();
    }

    @Test
    void layersBehindAnUnknownOperatorAreNamed() {
        Cost cost =
                cost(
                        """
                        graph g (x: float[N,4]) -> (y)
                        w: float[4,5] = seed(1)
                        a = com.example::Mystery(x)
                        y = MatMul(a, w)
                        """);

        assertThat(cost.parameters()).isEqualTo(20);
        assertThat(cost.macs()).isZero();
        assertThat(cost.uncounted())
                .containsExactly("MatMul 'y': the shapes of what it multiplies are not known");
    }
}
