package dev.espalier.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        observer.add(new float[] {-1, 5});
        observer.add(new float[] {-3, 6, 0});
        observer.add(new float[] {-2, 10});

        assertThat(observer.average()).isEqualTo(new Range(-2, 7));
        assertThat(observer.histogram().minMax()).isEqualTo(new Range(-3, 10));
    }

    @Test
    void aRunWithoutElementsDoesNotCount() {
        Observer observer = new Observer();
        observer.add(new float[] {2});
        observer.add(new float[0]);

        assertThat(observer.average()).isEqualTo(new Range(2, 2));
    }

    @Property(tries = 100)
    void allDependsOnTheSetOfRunsAlone(
            @ForAll @Size(min = 1, max = 12) List<@Size(min = 1, max = 6) List<Float>> runs,
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 12) int cut)
            throws IOException {
        List<float[]> inOrder = new ArrayList<>();
        for (List<Float> run : runs) {
            float[] values = new float[run.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = run.get(i);
            }
            inOrder.add(values);
        }
        Observer whole = new Observer();
        inOrder.forEach(whole::add);

        List<float[]> shuffled = new ArrayList<>(inOrder);
        Collections.shuffle(shuffled, new Random(seed));
        Observer first = new Observer();
        Observer second = new Observer();
        for (int i = 0; i < shuffled.size(); i++) {
            (i < cut ? first : second).add(shuffled.get(i));
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
        observer.add(run);
        byte[] written = bytes(observer);

        Observer read = Observer.read(new DataInputStream(new ByteArrayInputStream(written)));
        assertThat(bytes(read)).isEqualTo(written);
    }

    @Test
    void whatIsNoHistogramIsRefused() throws IOException {
        Observer observer = new Observer();
        observer.add(new float[] {1, 2});
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
