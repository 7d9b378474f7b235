package dev.espalier.quantize.internal.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ChannelRangesTest {
    private static byte[] bytes(ChannelRanges ranges) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ranges.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static ChannelRanges read(byte[] bytes) throws IOException {
        return ChannelRanges.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    @Test
    void channelsOfMapsAreTheSecondAxis() {
        ChannelRanges ranges = new ChannelRanges(1);
        ranges.add(Shape.of(2, 2, 2), new float[] {1, -2, 3, 4, 5, 6, 7, 8});

        assertThat(ranges.channels()).isEqualTo(2);
        assertThat(ranges.greatest(0)).isEqualTo(6);
        assertThat(ranges.reach(0)).isEqualTo(8);
        assertThat(ranges.reach(1)).isEqualTo(8);
        ranges.add(Shape.of(1, 2, 1), new float[] {-9, 0});
        assertThat(ranges.greatest(0)).isEqualTo(9);
        assertThat(ranges.reach(0)).isEqualTo(15);
    }

    @Test
    void channelsOfRowsAreTheLastAxis() {
        ChannelRanges ranges = new ChannelRanges(-1);
        ranges.add(Shape.of(2, 1, 3), new float[] {1, -2, 3, -4, 5, 6});

        assertThat(ranges.channels()).isEqualTo(3);
        assertThat(ranges.reach(0)).isEqualTo(5);
        assertThat(ranges.reach(1)).isEqualTo(7);
        assertThat(ranges.reach(2)).isEqualTo(6);
    }

    @Test
    void whatTwoSawTogetherIsWhatOneWouldHaveSeen() throws IOException {
        float[] first = {1, -2, 3, 4};
        float[] second = {-5, 0, 2, 9};
        ChannelRanges one = new ChannelRanges(1);
        one.add(Shape.of(1, 2, 2), first);
        one.add(Shape.of(1, 2, 2), second);
        ChannelRanges left = new ChannelRanges(1);
        ChannelRanges right = new ChannelRanges(1);
        left.add(right);
        assertThat(left.channels()).isZero();
        right.add(Shape.of(1, 2, 2), second);
        left.add(right);
        left.add(Shape.of(1, 2, 2), first);

        assertThat(bytes(left)).isEqualTo(bytes(one));
        ChannelRanges others = new ChannelRanges(1);
        others.add(Shape.of(1, 3), new float[] {1, 2, 3});
        assertThatThrownBy(() -> left.add(others)).hasMessageContaining("3 channels after 2");
    }

    @Test
    void otherChannelsThanBeforeAreRefused() {
        ChannelRanges ranges = new ChannelRanges(-1);
        ranges.add(Shape.of(1, 3), new float[3]);

        assertThatThrownBy(() -> ranges.add(Shape.of(1, 2), new float[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 channels after 3");
    }

    /** An observer hands a run over in pieces, which may end within a channel. */
    @Property(tries = 40)
    void anObserverSeesTheSetOfRunsAlone(
            @ForAll @IntRange(min = 0, max = 3) int axis,
            @ForAll @IntRange(min = 1, max = 40) int side,
            @ForAll long seed)
            throws IOException {
        List<Tensor> runs = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(seed);
        ChannelRanges whole = new ChannelRanges(axis);
        for (int i = 0; i < 3; i++) {
            Shape shape = Shape.of(3, 7, side, side);
            float[] values = new float[3 * 7 * side * side];
            for (int k = 0; k < values.length; k++) {
                values[k] = (float) random.nextGaussian();
            }
            runs.add(Tensor.ofFloats(shape, values));
            whole.add(shape, values);
        }
        Collections.shuffle(runs, new Random(seed));
        Observer observer = new Observer(new ChannelRanges(axis));
        runs.forEach(run -> observer.add(run, 0));

        assertThat(bytes(observer.channels().orElseThrow())).isEqualTo(bytes(whole));
        assertThat(bytes(read(bytes(whole)))).isEqualTo(bytes(whole));
    }

    @Test
    void anImpossibleNumberOfChannelsIsRefused() {
        byte[] written = {0, 0, 0, 1, -1, -1, -1, -1};

        assertThatThrownBy(() -> read(written)).isInstanceOf(IllegalArgumentException.class);
    }
}
