package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChannelGroupsTest {
    private static ChannelGroups groups(String text) {
        Model model = GraphText.parse("opset 13\n" + text);
        return ChannelGroups.of(model, InputShapes.ofBatch(1));
    }

    /** Sizes of the groups that run along {@code axis} of {@code value}. */
    private static List<Integer> sizesAlong(ChannelGroups groups, String value, int axis) {
        return groups.groups().stream()
                .filter(group -> group.axes().contains(new Axis(value, axis)))
                .map(ChannelGroup::size)
                .toList();
    }

    private static List<Integer> positions(
            ChannelGroup group, int channel, String value, int axis) {
        int at = group.axes().indexOf(new Axis(value, axis));
        return Arrays.stream(group.positions(channel, at)).boxed().toList();
    }

    @Test
    void filtersBiasNormActivationsAndReadersOfAChainGoTogether() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,4,4])
                        w1: float[4,3,1,1] = seed(1)
                        b1: float[4] = seed(2)
                        s: float[4] = seed(3)
                        t: float[4] = seed(4)
                        m: float[4] = seed(5)
                        v: float[4] = seed(6)
                        w2: float[2,4,1,1] = seed(7)
                        a = Conv(x, w1, b1)
                        n = BatchNormalization(a, s, t, m, v)
                        r = Relu(n)
                        y = Conv(r, w2)
                        """);

        assertThat(groups.groups()).hasSize(1);
        ChannelGroup group = groups.groups().get(0);
        assertThat(group.size()).isEqualTo(4);
        assertThat(groups.weights(group))
                .containsExactlyInAnyOrder(
                        new Axis("w1", 0),
                        new Axis("b1", 0),
                        new Axis("s", 0),
                        new Axis("t", 0),
                        new Axis("m", 0),
                        new Axis("v", 0),
                        new Axis("w2", 1));
        assertThat(group.axes())
                .contains(new Axis("a", 1), new Axis("n", 1), new Axis("r", 1))
                .hasSize(10);
        assertThat(group.layers())
                .extracting(ProducingLayer::weight)
                .containsExactly(new Axis("w1", 0));
        assertThat(groups.frozen())
                .extracting(f -> f.layer().weight(), FrozenChannels::channels, f -> f.reason())
                .containsExactly(tuple(new Axis("w2", 0), 2, "reaches graph output 'y'"));
    }

    @Test
    void aHiddenUnitGoesWithItsGatesAndItsReader() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[4,1,2]) -> (y: float[4,1,1,5])
                        w: float[1,12,2] = seed(1)
                        r: float[1,12,3] = seed(2)
                        m: float[3,5] = seed(3)
                        h = LSTM(x, w, r) {hidden_size=3}
                        y = MatMul(h, m)
                        """);

        assertThat(groups.groups()).hasSize(1);
        ChannelGroup group = groups.groups().get(0);
        assertThat(group.size()).isEqualTo(3);
        assertThat(positions(group, 1, "w", 1)).containsExactly(1, 4, 7, 10);
        assertThat(positions(group, 1, "r", 1)).containsExactly(1, 4, 7, 10);
        assertThat(positions(group, 1, "r", 2)).containsExactly(1);
        assertThat(positions(group, 1, "m", 0)).containsExactly(1);
        assertThat(group.layers())
                .extracting(layer -> layer.weight(), layer -> layer.output())
                .containsExactly(tuple(new Axis("w", 1), new Axis("h", 3)));
    }

    @Test
    void bothSidesOfAResidualSumGoTogetherAndTheInnerLayerByItself() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,4,4])
                        w0: float[8,3,1,1] = seed(1)
                        w1: float[6,8,3,3] = seed(2)
                        w2: float[8,6,3,3] = seed(3)
                        w3: float[2,8,1,1] = seed(4)
                        s = Conv(x, w0)
                        a = Conv(s, w1) {pads=[1,1,1,1]}
                        r = Relu(a)
                        b = Conv(r, w2) {pads=[1,1,1,1]}
                        z = Add(b, s)
                        y = Conv(z, w3)
                        """);

        assertThat(groups.groups()).extracting(ChannelGroup::size).containsExactly(8, 6);
        assertThat(groups.groups().get(0).layers())
                .extracting(layer -> layer.weight().value())
                .containsExactlyInAnyOrder("w0", "w2");
        assertThat(groups.weights(groups.groups().get(1)))
                .containsExactlyInAnyOrder(new Axis("w1", 0), new Axis("w2", 1));
    }

    @Test
    void aStreamWidenedByAZeroPadFallsIntoTheOldChannelsAndTheNewOnes() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,2,2])
                        w0: float[4,3,1,1] = seed(1)
                        w1: float[8,4,3,3] = seed(2)
                        w2: float[2,8,1,1] = seed(3)
                        starts: int64[2] = [0, 0]
                        ends: int64[2] = [100, 100]
                        axes: int64[2] = [2, 3]
                        steps: int64[2] = [2, 2]
                        amounts: int64[8] = [0, 2, 0, 0, 0, 2, 0, 0]
                        s = Conv(x, w0)
                        a = Conv(s, w1) {pads=[1,1,1,1], strides=[2,2]}
                        h = Slice(s, starts, ends, axes, steps)
                        p = Pad(h, amounts)
                        z = Add(a, p)
                        y = Conv(z, w2)
                        """);

        assertThat(sizesAlong(groups, "z", 1)).containsExactly(4, 4);
        ChannelGroup old = groups.groups().get(0);
        ChannelGroup made = groups.groups().get(1);
        assertThat(positions(old, 1, "w0", 0)).containsExactly(1);
        assertThat(positions(old, 1, "w1", 0)).containsExactly(3);
        assertThat(made.axes()).doesNotContain(new Axis("s", 1), new Axis("h", 1));
        assertThat(positions(made, 1, "w1", 0)).containsExactly(1);
        assertThat(positions(made, 2, "w2", 1)).containsExactly(6);
    }

    @Test
    void concatenatedBranchesAreCutEachByItself() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,4,4])
                        w1: float[3,3,1,1] = seed(1)
                        w2: float[5,3,1,1] = seed(2)
                        w3: float[2,8,1,1] = seed(3)
                        a = Conv(x, w1)
                        b = Conv(x, w2)
                        c = Concat(a, b) {axis=1}
                        y = Conv(c, w3)
                        """);

        assertThat(sizesAlong(groups, "w3", 1)).containsExactly(3, 5);
        assertThat(positions(groups.groups().get(1), 0, "w3", 1)).containsExactly(3);
    }

    @Test
    void aConcatWithTheGraphInputFreezesNothingButTheInput() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,4,4])
                        w1: float[4,3,1,1] = seed(1)
                        w3: float[2,7,1,1] = seed(3)
                        a = Conv(x, w1)
                        c = Concat(x, a) {axis=1}
                        y = Conv(c, w3)
                        """);

        assertThat(sizesAlong(groups, "w3", 1)).containsExactly(4);
        assertThat(positions(groups.groups().get(0), 0, "w3", 1)).containsExactly(3);
    }

    @Test
    void aFlattenedChannelTakesAllItsColumnsOfTheGemm() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,2,2]) -> (y: float[N,5])
                        w1: float[4,3,1,1] = seed(1)
                        w2: float[5,16] = seed(2)
                        a = Conv(x, w1)
                        f = Flatten(a)
                        y = Gemm(f, w2) {transB=1}
                        """);

        assertThat(groups.groups()).extracting(ChannelGroup::size).containsExactly(4);
        assertThat(positions(groups.groups().get(0), 2, "w2", 1)).containsExactly(8, 9, 10, 11);
    }

    @Test
    void aGroupedConvolutionLosesThePlacesOfAllItsGroupsAtOnce() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,4,4])
                        w1: float[8,3,1,1] = seed(1)
                        w2: float[6,4,1,1] = seed(2)
                        w3: float[2,6,1,1] = seed(3)
                        a = Conv(x, w1)
                        b = Conv(a, w2) {group=2}
                        y = Conv(b, w3)
                        """);

        assertThat(groups.groups()).extracting(ChannelGroup::size).containsExactly(4, 3);
        assertThat(positions(groups.groups().get(0), 1, "w1", 0)).containsExactly(1, 5);
        assertThat(positions(groups.groups().get(0), 1, "w2", 1)).containsExactly(1);
        assertThat(positions(groups.groups().get(1), 2, "w3", 1)).containsExactly(2, 5);
    }

    @Test
    void aDepthwiseConvolutionGoesWithTheLayerBeforeIt() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,2,2])
                        w1: float[4,3,1,1] = seed(1)
                        w2: float[8,1,3,3] = seed(2)
                        w3: float[2,8,1,1] = seed(3)
                        a = Conv(x, w1)
                        b = Conv(a, w2) {group=4}
                        y = Conv(b, w3)
                        """);

        assertThat(groups.groups()).extracting(ChannelGroup::size).containsExactly(4);
        assertThat(positions(groups.groups().get(0), 1, "w2", 0)).containsExactly(2, 3);
    }

    @Test
    void aSharedWeightTiesTheChannelsOfAllItsUses() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,4,4])
                        w0: float[4,3,1,1] = seed(1)
                        w1: float[4,4,1,1] = seed(2)
                        w2: float[2,4,1,1] = seed(3)
                        a = Conv(x, w0)
                        b = Conv(a, w1)
                        c = Conv(b, w1)
                        y = Conv(c, w2)
                        """);

        assertThat(groups.groups()).extracting(ChannelGroup::size).containsExactly(4);
        assertThat(groups.weights(groups.groups().get(0)))
                .containsExactlyInAnyOrder(
                        new Axis("w0", 0), new Axis("w1", 0), new Axis("w1", 1), new Axis("w2", 1));
    }

    @Test
    void aModelWhoseWeightsDoNotFitItsInputsIsRefusedByNode() {
        assertThatThrownBy(
                        () ->
                                groups(
                                        """
                                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,4,4])
                                        w1: float[2,5,1,1] = seed(1)
                                        y = Conv(x, w1)
                                        """))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("Conv 'y'");
    }
}
