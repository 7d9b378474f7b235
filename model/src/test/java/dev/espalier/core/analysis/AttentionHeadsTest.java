package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.core.ir.GraphText;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Heads of attention, which several Reshape nodes split off and merge, go as a whole. */
class AttentionHeadsTest {
    private static ChannelGroups groups(String text) {
        return ChannelGroups.of(GraphText.parse("opset 13\n" + text), InputShapes.ofBatch(1));
    }

    private static List<Integer> positions(
            ChannelGroup group, int channel, String value, int axis) {
        int at = group.axes().indexOf(new Axis(value, axis));
        return Arrays.stream(group.positions(channel, at)).boxed().toList();
    }

    private static ChannelGroup along(ChannelGroups groups, String value, int axis) {
        return groups.groups().stream()
                .filter(group -> group.axes().contains(new Axis(value, axis)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void headsOfAPackedProjectionAreUnits() {
        ChannelGroups groups =
                groups(
                        """
                        graph (x: float[N,5,8]) -> (y)
                        w: float[8,24] = seed(1)
                        p: float[8,8] = seed(2)
                        split: int64[5] = [0, 5, 3, 4, 2]
                        merge: int64[3] = [0, 5, 8]
                        zero: int64[] = 0
                        one: int64[] = 1
                        two: int64[] = 2
                        a = MatMul(x, w)
                        r = Reshape(a, split)
                        t = Transpose(r) {perm=[2,0,3,1,4]}
                        q = Gather(t, zero) {axis=0}
                        k = Gather(t, one) {axis=0}
                        v = Gather(t, two) {axis=0}
                        kt = Transpose(k) {perm=[0,1,3,2]}
                        s = MatMul(q, kt)
                        m = Softmax(s) {axis=-1}
                        o = MatMul(m, v)
                        ot = Transpose(o) {perm=[0,2,1,3]}
                        c = Reshape(ot, merge)
                        y = MatMul(c, p)
                        """);

        ChannelGroup heads = along(groups, "w", 1);
        assertThat(heads.size()).isEqualTo(4);
        assertThat(positions(heads, 1, "w", 1)).containsExactly(2, 3, 10, 11, 18, 19);
        assertThat(positions(heads, 1, "p", 0)).containsExactly(2, 3);
        assertThat(positions(heads, 1, "r", 3)).containsExactly(1);
    }

    @Test
    void headsOfSeparateProjectionsAreUnits() {
        ChannelGroups groups =
                groups(
                        """
                        graph (x: float[N,5,8]) -> (y)
                        wq: float[8,8] = seed(1)
                        wk: float[8,8] = seed(2)
                        wv: float[8,8] = seed(3)
                        p: float[8,8] = seed(4)
                        split: int64[4] = [0, 5, 2, 4]
                        merge: int64[3] = [0, 5, 8]
                        q0 = MatMul(x, wq)
                        k0 = MatMul(x, wk)
                        v0 = MatMul(x, wv)
                        q1 = Reshape(q0, split)
                        k1 = Reshape(k0, split)
                        v1 = Reshape(v0, split)
                        q = Transpose(q1) {perm=[0,2,1,3]}
                        k = Transpose(k1) {perm=[0,2,3,1]}
                        v = Transpose(v1) {perm=[0,2,1,3]}
                        s = MatMul(q, k)
                        m = Softmax(s) {axis=-1}
                        o = MatMul(m, v)
                        ot = Transpose(o) {perm=[0,2,1,3]}
                        c = Reshape(ot, merge)
                        y = MatMul(c, p)
                        """);

        ChannelGroup heads = along(groups, "wv", 1);
        assertThat(heads.size()).isEqualTo(2);
        for (String weight : List.of("wq", "wk", "wv")) {
            assertThat(positions(heads, 1, weight, 1)).containsExactly(4, 5, 6, 7);
        }
        assertThat(positions(heads, 1, "p", 0)).containsExactly(4, 5, 6, 7);
    }

    @Test
    void aHeadOfKeysGoesWithAllHeadsThatQueryIt() {
        ChannelGroups groups =
                groups(
                        """
                        graph (x: float[N,5,8]) -> (y)
                        wq: float[8,12] = seed(1)
                        wk: float[8,6] = seed(2)
                        wv: float[8,6] = seed(3)
                        p: float[12,8] = seed(4)
                        splitq: int64[4] = [0, 5, 6, 2]
                        splitk: int64[4] = [0, 5, 3, 2]
                        twice: int64[5] = [1, 1, 2, 1, 1]
                        axis: int64[1] = [2]
                        all: int64[4] = [0, 6, 5, 2]
                        merge: int64[3] = [0, 5, 12]
                        q0 = MatMul(x, wq)
                        k0 = MatMul(x, wk)
                        v0 = MatMul(x, wv)
                        q1 = Reshape(q0, splitq)
                        k1 = Reshape(k0, splitk)
                        v1 = Reshape(v0, splitk)
                        q = Transpose(q1) {perm=[0,2,1,3]}
                        k2 = Transpose(k1) {perm=[0,2,1,3]}
                        v2 = Transpose(v1) {perm=[0,2,1,3]}
                        k3 = Unsqueeze(k2, axis)
                        v3 = Unsqueeze(v2, axis)
                        k4 = Expand(k3, twice)
                        v4 = Expand(v3, twice)
                        k5 = Reshape(k4, all)
                        v = Reshape(v4, all)
                        k = Transpose(k5) {perm=[0,1,3,2]}
                        s = MatMul(q, k)
                        m = Softmax(s) {axis=-1}
                        o = MatMul(m, v)
                        ot = Transpose(o) {perm=[0,2,1,3]}
                        c = Reshape(ot, merge)
                        y = MatMul(c, p)
                        """);

        ChannelGroup heads = along(groups, "wk", 1);
        assertThat(heads.size()).isEqualTo(3);
        assertThat(positions(heads, 1, "wk", 1)).containsExactly(2, 3);
        assertThat(positions(heads, 1, "wq", 1)).containsExactly(4, 5, 6, 7);
        assertThat(positions(heads, 1, "p", 0)).containsExactly(4, 5, 6, 7);
    }

    @Test
    void theHalvesOfAChannelShuffleLoseTheSameChannelsAsBefore() {
        ChannelGroups groups =
                groups(
                        """
                        graph (x: float[N,3,4,4]) -> (y)
                        a: float[8,3,1,1] = seed(1)
                        b: float[5,8,1,1] = seed(2)
                        split: int64[5] = [0, 2, 4, 4, 4]
                        merge: int64[4] = [0, 8, 4, 4]
                        h = Conv(x, a)
                        r = Reshape(h, split)
                        t = Transpose(r) {perm=[0,2,1,3,4]}
                        s = Reshape(t, merge)
                        y = Conv(s, b)
                        """);

        ChannelGroup shuffled = along(groups, "a", 0);
        assertThat(shuffled.size()).isEqualTo(4);
        assertThat(positions(shuffled, 1, "a", 0)).containsExactly(1, 5);
        assertThat(positions(shuffled, 1, "b", 1)).containsExactly(2, 3);
    }
}
