package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChannelOrderTest {
    private static final String CHAIN =
            """
            opset 13
            graph g (x: float[N,1,1,2]) -> (y: float[N,2])
            w1: float[3,1,1,1] = [0, 1, 2]
            b1: float[3] = [3, 4, 5]
            w2: float[2,6] = [0,1, 2,3, 4,5, 6,7, 8,9, 10,11]
            a = Conv(x, w1, b1)
            r = Relu(a)
            f = Flatten(r)
            y = Gemm(f, w2) {transB=1}
            """;

    private static ChannelGroups groups(String text) {
        return ChannelGroups.of(GraphText.parse(text), InputShapes.ofBatch(1));
    }

    private static Tensor weight(Model model, String name) {
        return model.graph().initializers().get(name).tensor();
    }

    @Test
    void everyConstantAlongTheChannelsFollows() {
        ChannelGroups groups = groups(CHAIN);
        ChannelOrder order =
                ChannelOrder.of(groups, Map.of(groups.groups().get(0), new int[] {2, 0, 1}));
        Model reordered = order.apply();

        assertThat(weight(reordered, "w1"))
                .isEqualTo(Tensor.ofFloats(Shape.of(3, 1, 1, 1), 2, 0, 1));
        assertThat(weight(reordered, "b1")).isEqualTo(Tensor.ofFloats(Shape.of(3), 5, 3, 4));
        assertThat(weight(reordered, "w2"))
                .isEqualTo(Tensor.ofFloats(Shape.of(2, 6), 4, 5, 0, 1, 2, 3, 10, 11, 6, 7, 8, 9));
        assertThat(reordered.graph().nodes()).isEqualTo(groups.model().graph().nodes());
        assertThat(order.positions(new Axis("f", 1))).contains(new int[] {4, 5, 0, 1, 2, 3});
        assertThat(order.positions(new Axis("x", 1))).isEmpty();
    }

    @Test
    void noOrderGivesAnEqualModel() {
        ChannelGroups groups = groups(CHAIN);

        assertThat(ChannelOrder.of(groups, Map.of()).apply()).isEqualTo(groups.model());
    }

    /** The Gather hands the first channel's places to others in an order of its own. */
    @Test
    void channelsThatAreCutAlikeButReadCrosswiseKeepTheirOrder() {
        ChannelGroups groups =
                groups(
                        """
                        opset 13
                        graph g (x: float[N,1,1,1]) -> (y: float[N,1,1,1])
                        w1: float[2,1,1,1] = seed(1)
                        twice: int64[4] = [0, 1, 1, 0]
                        turned: int64[4] = [3, 1, 2, 0]
                        d: float[4,1,1,1] = seed(2)
                        w2: float[1,4,1,1] = seed(3)
                        a = Conv(x, w1)
                        b = Gather(a, twice) {axis=1}
                        c = Conv(b, d) {group=4}
                        e = Gather(c, turned) {axis=1}
                        y = Conv(e, w2)
                        """);

        assertThat(ChannelOrder.kept(groups).values())
                .containsExactly("their order matters to Gather 'e'");
        assertThatThrownBy(
                        () ->
                                ChannelOrder.of(
                                        groups, Map.of(groups.groups().get(0), new int[] {1, 0})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keep their order");
    }

    @Test
    void channelsInSeveralPlacesThatFollowEachOtherAreFree() {
        ChannelGroups groups =
                groups(
                        """
                        opset 13
                        graph g (x: float[N,1,1,1]) -> (y: float[N,1,1,1])
                        w1: float[4,1,1,1] = seed(1)
                        w2: float[4,2,1,1] = seed(2)
                        w3: float[1,8,1,1] = seed(3)
                        a = Conv(x, w1)
                        b = Conv(a, w2) {group=2}
                        c = Concat(b, a) {axis=1}
                        y = Conv(c, w3)
                        """);

        assertThat(groups.groups()).isNotEmpty();
        assertThat(ChannelOrder.kept(groups)).isEmpty();
    }
}
