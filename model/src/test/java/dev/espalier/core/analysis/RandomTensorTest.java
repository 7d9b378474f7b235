package dev.espalier.core.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomTensorTest {
    private static final int MANY = 4000;

    private static Tensor tensor(DataType type, long... sizes) {
        return RandomTensor.of(new TensorType(type, Shape.of(sizes)), new SplittableRandom(5));
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeIsMade(DataType type) {
        Tensor tensor = tensor(type, 3, 2);
        assertThat(tensor.type()).isEqualTo(new TensorType(type, Shape.of(3, 2)));
        assertThat(tensor).isEqualTo(tensor(type, 3, 2));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT", "DOUBLE", "BFLOAT16"})
    void realsAreNormal(DataType type) {
        float[] values = tensor(type, MANY).toFloats();
        double mean = IntStream.range(0, MANY).mapToDouble(i -> values[i]).average().orElseThrow();
        double square =
                IntStream.range(0, MANY)
                        .mapToDouble(i -> values[i] * values[i])
                        .average()
                        .orElseThrow();
        assertThat(mean).isBetween(-0.05, 0.05);
        assertThat(square).isBetween(0.9, 1.1);
    }

    @Test
    void halvesAreFiniteAndNotZero() {
        for (float value : tensor(DataType.FLOAT16, MANY).toFloats()) {
            assertThat(Math.abs(value)).isBetween(1f, 2f);
        }
    }

    @Test
    void bytesUseTheirWholeRangeAndWiderIntegersAreMasks() {
        assertThat(tensor(DataType.UINT8, MANY).toLongs()).contains(0, 255);
        assertThat(tensor(DataType.INT8, MANY).toLongs()).contains(-128, 127);
        for (DataType type : new DataType[] {DataType.INT32, DataType.INT64, DataType.BOOL}) {
            assertThat(tensor(type, MANY).toLongs()).containsOnly(0, 1);
        }
    }

    @Test
    void refusesWhatWouldFillTheMemory() {
        assertThatThrownBy(() -> tensor(DataType.FLOAT, 1 << 20, 1 << 20))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("smaller sizes");
        assertThatThrownBy(() -> tensor(DataType.STRING, 1L << 40, 1L << 40))
                .isInstanceOf(UnsupportedModelException.class);
    }
}
