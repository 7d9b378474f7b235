package dev.espalier.quantize.internal.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.internal.grid.ValueRange;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ObserverTest {
    @Test
    void theAverageIsThatOfTheRunsExtremes() {
        Observer observer = new Observer();
        observer.add(run(-1, 5), 0);
        observer.add(run(-3, 6, 0), 0);
        observer.add(run(-2, 10), 0);

        assertThat(observer.average()).isEqualTo(new ValueRange(-2, 7));
        assertThat(observer.histogram().minMax()).isEqualTo(new ValueRange(-3, 10));
    }

    private static Tensor run(float... values) {
        return Tensor.ofFloats(Shape.of(values.length), values);
    }

    @Test
    void aLongRunIsOne() {
        float[] values = new float[40_000];
        values[7] = -2;
        values[39_999] = 8;
        Observer observer = new Observer();
        observer.add(run(values), 0);
        observer.add(run(-4, 0), 0);

        assertThat(observer.average()).isEqualTo(new ValueRange(-3, 4));
    }

    @Test
    void aRunWithoutElementsDoesNotCount() {
        Observer observer = new Observer();
        observer.add(run(2), 0);
        observer.add(run(), 0);

        assertThat(observer.average()).isEqualTo(new ValueRange(2, 2));
    }

    @Property(tries = 100)
    void allDependsOnTheSetOfRunsAlone(
            @ForAll @Size(min = 1, max = 12) List<@Size(min = 1, max = 6) List<Float>> runs,
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 12) int cut)
            throws IOException {
        List<Tensor> inOrder = new ArrayList<>();
        for (List<Float> run : runs) {
            float[] values = new float[run.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = run.get(i);
            }
            inOrder.add(run(values));
        }
        Observer whole = new Observer();
        inOrder.forEach(run -> whole.add(run, 0));

        List<Tensor> shuffled = new ArrayList<>(inOrder);
        Collections.shuffle(shuffled, new Random(seed));
        Observer first = new Observer();
        Observer second = new Observer();
        for (int i = 0; i < shuffled.size(); i++) {
            (i < cut ? first : second).add(shuffled.get(i), 0);
        }
        first.add(second);

        assertThat(bytes(first)).isEqualTo(bytes(whole));
    }

    @Property(tries = 50)
    void whatIsWrittenCanBeRead(@ForAll @Size(max = 20) List<Float> values) throws IOException {
        Observer observer = new Observer();
        float[] run = new float[values.size()];
        for (int i = 0; i < run.length; i++) {
            run[i] = values.get(i);
        }
        observer.add(run(run), 0);
        byte[] written = bytes(observer);

        Observer read = Observer.read(new DataInputStream(new ByteArrayInputStream(written)));
        assertThat(bytes(read)).isEqualTo(written);
    }

    @Test
    void infinitiesAndNaNsCountNowhereButAreRemembered() {
        Observer one = new Observer(new ChannelRanges(0));
        one.add(run(1, Float.NEGATIVE_INFINITY), 4);
        one.add(run(-1, 2), 5);
        Observer other = new Observer(new ChannelRanges(0));
        other.add(run(Float.POSITIVE_INFINITY, Float.NaN), 3);

        assertThat(one.undefined()).isEmpty();
        assertThat(one.infinite()).contains(new NonFinite(Float.NEGATIVE_INFINITY, 4));
        one.add(other);
        assertThat(one.infinite()).contains(new NonFinite(Float.POSITIVE_INFINITY, 3));
        assertThat(one.undefined()).contains(new NonFinite(Float.NaN, 3));
        assertThat(one.histogram().minMax()).isEqualTo(new ValueRange(-1, 2));
        assertThat(one.average()).isEqualTo(new ValueRange(0, 1.5f));
    }

    @Test
    void numbersThatAreNotFiniteAreWrittenToo() throws IOException {
        Observer observer = new Observer();
        observer.add(run(1, Float.NEGATIVE_INFINITY, Float.NaN), 7);
        byte[] written = bytes(observer);

        Observer read = Observer.read(new DataInputStream(new ByteArrayInputStream(written)));
        assertThat(read.infinite()).isEqualTo(observer.infinite());
        assertThat(read.undefined()).isEqualTo(observer.undefined());
        assertThat(bytes(read)).isEqualTo(written);
    }

    @Test
    void whatIsNoHistogramIsRefused() throws IOException {
        Observer observer = new Observer();
        observer.add(run(1, 2), 0);
        byte[] written = bytes(observer);
        written[written.length - 3] ^= 1;

        assertThatThrownBy(
                        () -> Observer.read(new DataInputStream(new ByteArrayInputStream(written))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] bytes(Observer observer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        observer.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
