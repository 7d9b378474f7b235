package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.espalier.core.ir.GraphText;
import dev.espalier.core.ir.Model;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What has to stay, and the reason that is given. */
class FrozenChannelsTest {
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

    private static List<String> reasons(ChannelGroups groups) {
        return groups.frozen().stream().map(FrozenChannels::reason).toList();
    }

    @Test
    void callsOfFunctionsFreezeWhatTheyTouch() {
        ChannelGroups groups =
                groups(
                        """
                        opset my 1
                        function my::leak (a) -> (b) {
                          b = LeakyRelu(a)
                        }
                        graph (x: float[N,3,4,4]) -> (y)
                        w1: float[4,3,1,1] = seed(1)
                        w2: float[6,4,1,1] = seed(2)
                        w3: float[2,6,1,1] = seed(3)
                        a = Conv(x, w1)
                        b = Relu(a)
                        c = Conv(b, w2)
                        d = my::leak(c)
                        y = Conv(d, w3)
                        """);

        assertThat(groups.groups()).hasSize(1);
        assertThat(sizesAlong(groups, "b", 1)).containsExactly(4);
        assertThat(reasons(groups)).anyMatch(reason -> reason.contains("leak 'd'"));
    }

    @Test
    void channelsThatCrossAnUnknownOperatorAreFrozen() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,4,4])
                        w1: float[4,3,1,1] = seed(1)
                        w2: float[2,4,1,1] = seed(2)
                        a = Conv(x, w1)
                        r = Mystery(a)
                        y = Conv(r, w2)
                        """);

        assertThat(groups.groups()).isEmpty();
        assertThat(reasons(groups)).contains("crosses unknown operator Mystery 'r'");
    }

    @Test
    void channelsBehindAValueOfUnknownShapeAreFrozenWithItsName() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,4,4,4])
                        w1: float[4,3,1,1] = seed(1)
                        w2: float[4,3,1,1] = seed(2)
                        a = Conv(x, w1)
                        r = Mystery(x)
                        b = Relu(r)
                        c = Conv(b, w2)
                        y = Add(a, c)
                        """);

        assertThat(groups.groups()).isEmpty();
        assertThat(reasons(groups)).anyMatch(reason -> reason.contains("has no known shape"));
    }

    @Test
    void aSharedWeightThatReadsTheInputIsFrozen() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,4,4])
                        w1: float[3,3,1,1] = seed(1)
                        w2: float[2,3,1,1] = seed(2)
                        a = Conv(x, w1)
                        b = Conv(a, w1)
                        y = Conv(b, w2)
                        """);

        assertThat(groups.groups()).isEmpty();
        assertThat(reasons(groups))
                .containsExactly("comes from graph input 'x'", "reaches graph output 'y'");
    }

    @Test
    void anAxisThatAnOperatorRefusesIsFrozenWithItsReason() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,1,4,4])
                        w1: float[4,3,1,1] = seed(1)
                        a = Conv(x, w1)
                        y = ReduceMean(a) {axes=[1]}
                        """);

        assertThat(groups.groups()).isEmpty();
        assertThat(reasons(groups)).hasSize(1).allMatch(r -> r.contains("ReduceMean 'y': "));
    }

    @Test
    void anAxisThatAnOperatorDoesNotMentionIsFrozen() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,4,4], n: int64[4])
                        w1: float[4,3,1,1] = seed(1)
                        w2: float[2,4,1,1] = seed(2)
                        a = Conv(x, w1)
                        n = Shape(a)
                        y = Conv(a, w2)
                        """);

        assertThat(groups.groups()).isEmpty();
        assertThat(reasons(groups)).contains("meets Shape 'n', which needs all of axis 1 of 'a'");
    }

    @Test
    void aSizeThatIsLookedUpFreezesItsOwnAxisOnly() {
        String text =
                """
                graph g (x: float[N,3,4,4]) -> (y: float[N,2,4,4], n: int64[1])
                w1: float[4,3,1,1] = seed(1)
                w2: float[2,4,1,1] = seed(2)
                i: int64[1] = %d
                a = Conv(x, w1)
                s = Shape(a)
                n = Gather(s, i)
                y = Conv(a, w2)
                """;

        assertThat(groups(text.formatted(0)).groups()).hasSize(1);
        assertThat(groups(text.formatted(-3)).groups()).isEmpty();
        assertThat(reasons(groups(text.formatted(1))))
                .contains("meets Shape 's', whose result holds its size");
    }

    @Test
    void anIntermediateValueThatIsAlsoAnOutputIsFrozen() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[N,3,4,4]) -> (y: float[N,2,4,4], a: float[N,4,4,4])
                        w1: float[4,3,1,1] = seed(1)
                        w2: float[2,4,1,1] = seed(2)
                        a = Conv(x, w1)
                        y = Conv(a, w2)
                        """);

        assertThat(groups.groups()).isEmpty();
        assertThat(reasons(groups)).contains("reaches graph output 'a'");
    }

    @Test
    void frozenUnitsCountOnceThoughTheyHaveSeveralRows() {
        ChannelGroups groups =
                groups(
                        """
                        graph g (x: float[4,1,2]) -> (h: float[4,1,1,3])
                        w: float[1,12,2] = seed(1)
                        r: float[1,12,3] = seed(2)
                        h = LSTM(x, w, r) {hidden_size=3}
                        """);

        assertThat(groups.groups()).isEmpty();
        assertThat(groups.frozen())
                .extracting(f -> f.layer().weight(), FrozenChannels::channels, f -> f.reason())
                .containsExactly(tuple(new Axis("w", 1), 3, "reaches graph output 'h'"));
    }
}
