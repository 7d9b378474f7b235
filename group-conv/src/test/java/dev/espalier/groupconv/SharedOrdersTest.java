package dev.espalier.groupconv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.analysis.InputShapes;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.groupconv.option.OrderSharing;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedOrdersTest {
    /** Two residual branches of two layers each on one stream. */
    private static final Model RESIDUAL =
            GraphText.parse(
                    """
                    graph (x: float[N,3,4,4]) -> (y: float[N,2])
                    w0: float[4,3,1,1] = seed(1)
                    w1: float[4,4,1,1] = seed(2)
                    w2: float[4,4,1,1] = seed(3)
                    w3: float[8,4,1,1] = seed(4)
                    w4: float[4,8,1,1] = seed(5)
                    w5: float[2,4] = seed(6)
                    s = Conv(x, w0)
                    a = Conv(s, w1)
                    b = Relu(a)
                    c = Conv(b, w2)
                    t = Add(c, s)
                    d = Conv(t, w3)
                    e = Relu(d)
                    f = Conv(e, w4)
                    u = Add(f, t)
                    p = GlobalAveragePool(u)
                    q = Flatten(p)
                    y = Gemm(q, w5) {transB=1}
                    """);

    private static SharedOrders of(OrderSharing sharing) {
        List<GroupableLayer> layers = GroupableLayer.of(RESIDUAL, (where, reason) -> {});
        assertThat(layers).extracting(GroupableLayer::name).containsExactly("a", "c", "d", "f");
        return SharedOrders.of(RESIDUAL, layers, sharing, InputShapes.ofBatch(1));
    }

    @Test
    void byLayerNoOrderIsShared() {
        SharedOrders orders = of(OrderSharing.LAYER);
        assertThat(orders.inputs())
                .doesNotContainAnyElementsOf(orders.outputs())
                .doesNotHaveDuplicates();
        assertThat(orders.outputs()).doesNotHaveDuplicates();
    }

    @Test
    void byBranchReadingAndAddingToAStreamAreApart() {
        SharedOrders orders = of(OrderSharing.BRANCH);
        List<Integer> in = orders.inputs();
        List<Integer> out = orders.outputs();
        assertThat(out.get(0)).isEqualTo(in.get(1));
        assertThat(out.get(2)).isEqualTo(in.get(3));
        assertThat(in.get(0)).isEqualTo(in.get(2));
        assertThat(out.get(1)).isEqualTo(out.get(3));
        assertThat(List.of(in.get(0), out.get(0), out.get(1), out.get(2))).doesNotHaveDuplicates();
    }

    @Test
    void byStageAllOfAStreamHasOneOrder() {
        SharedOrders orders = of(OrderSharing.STAGE);
        assertThat(orders.inputs().get(0)).isEqualTo(orders.outputs().get(1));
        assertThat(orders.inputs().get(2)).isEqualTo(orders.outputs().get(3));
        assertThat(orders.inputs().get(0)).isEqualTo(orders.inputs().get(2));
        assertThat(orders.outputs().get(0))
                .isEqualTo(orders.inputs().get(1))
                .isNotEqualTo(orders.outputs().get(2));
    }

    @Test
    void aLayerDoesNotReadInTheOrderThatItMakes() {
        Model own =
                GraphText.parse(
                        """
                        graph (x: float[N,3,4,4]) -> (y: float[N,2])
                        w0: float[4,3,1,1] = seed(1)
                        w1: float[4,4,1,1] = seed(2)
                        w5: float[2,4] = seed(6)
                        s = Conv(x, w0)
                        c = Conv(s, w1)
                        t = Add(c, s)
                        p = GlobalAveragePool(t)
                        q = Flatten(p)
                        y = Gemm(q, w5) {transB=1}
                        """);
        for (OrderSharing sharing : OrderSharing.values()) {
            List<GroupableLayer> layers = GroupableLayer.of(own, (where, reason) -> {});
            SharedOrders orders = SharedOrders.of(own, layers, sharing, InputShapes.ofBatch(1));
            assertThat(orders.inputs()).doesNotContainAnyElementsOf(orders.outputs());
        }
    }
}
