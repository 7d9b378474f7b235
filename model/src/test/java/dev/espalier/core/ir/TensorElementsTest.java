package dev.espalier.core.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorElementsTest {
    @Property
    void floatsAndDoublesComeBackAsTheyWere(@ForAll @Size(max = 20) float[] values) {
        Shape shape = Shape.of(values.length);
        assertThat(Tensor.ofFloats(shape, values).toFloats()).isEqualTo(values);
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        assertThat(Tensor.ofReals(DataType.DOUBLE, shape, doubles).toDoubles()).isEqualTo(doubles);
        assertThat(Tensor.ofReals(DataType.FLOAT, shape, doubles).toFloats()).isEqualTo(values);
    }

    @Property
    void integersOfEveryWidthWrapAroundAndComeBack(
            @ForAll DataType type, @ForAll @Size(max = 20) long[] values) {
        if (!type.isInteger() || type == DataType.BOOL) {
            return;
        }
        Tensor tensor = Tensor.ofIntegers(type, Shape.of(values.length), narrowed(type, values));
        assertThat(tensor.byteSize()).isEqualTo((values.length * (long) type.bits() + 7) / 8);
        assertThat(tensor.toLongs()).isEqualTo(narrowed(type, values));
    }

    /** {@code values} as they look in {@code type}, computed with big shifts only. */
    private static long[] narrowed(DataType type, long[] values) {
        int unused = 64 - type.bits();
        boolean signed = !type.name().startsWith("U");
        return Arrays.stream(values)
                .map(v -> signed ? v << unused >> unused : v << unused >>> unused)
                .toArray();
    }

    @Property
    void everyHalfComesBackFromItsFloat(@ForAll short bits) {
        for (DataType type : new DataType[] {DataType.FLOAT16, DataType.BFLOAT16}) {
            ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
            Tensor tensor = Tensor.of(type, Shape.of(1), bytes.putShort(0, bits));
            float value = tensor.toFloats()[0];
            Tensor again = Tensor.ofReals(type, Shape.of(1), value);
            if (Float.isNaN(value)) {
                assertThat(again.toFloats()[0]).isNaN();
            } else {
                assertThat(again).isEqualTo(tensor);
            }
        }
    }

    @Property
    void narrowFloatsAreTheNearestOnes(@ForAll float value) {
        if (Math.abs(value) > 65504 || Float.isNaN(value)) {
            return;
        }
        for (DataType type : new DataType[] {DataType.FLOAT16, DataType.BFLOAT16}) {
            Tensor rounded = Tensor.ofReals(type, Shape.of(1), value);
            short bits = rounded.bytes().getShort(0);
            double error = Math.abs((double) value - rounded.toFloats()[0]);
            for (int step = -1; step <= 1; step += 2) {
                ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
                bytes.putShort(0, (short) (bits + step));
                double other = Tensor.of(type, Shape.of(1), bytes).toDoubles()[0];
                if (Double.isFinite(other)) {
                    assertThat(error)
                            .as("%s of %s", type, value)
                            .isLessThanOrEqualTo(Math.abs((double) value - other));
                }
            }
        }
    }

    @Test
    void knownHalves() {
        assertThat(half(0x3c00)).isEqualTo(1f);
        assertThat(half(0xc000)).isEqualTo(-2f);
        assertThat(half(0x7bff)).isEqualTo(65504f);
        assertThat(half(0x0001)).isEqualTo(0x1p-24f);
        assertThat(half(0x0400)).isEqualTo(0x1p-14f);
        assertThat(half(0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(half(0x7e00)).isNaN();
        assertThat(Float.floatToRawIntBits(half(0x8000))).isEqualTo(0x8000_0000);
    }

    private static float half(int bits) {
        ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
        return Tensor.of(DataType.FLOAT16, Shape.of(1), bytes.putShort(0, (short) bits))
                .toFloats()[0];
    }

    @Test
    void tooLargeForAHalfIsInfinite() {
        Tensor tensor = Tensor.ofReals(DataType.FLOAT16, Shape.of(4), 65519, 65520, 1e9, -1e9);
        assertThat(tensor.toFloats())
                .containsExactly(
                        65504f,
                        Float.POSITIVE_INFINITY,
                        Float.POSITIVE_INFINITY,
                        Float.NEGATIVE_INFINITY);
    }

    @Test
    void bytesThatDoNotFitTheShapeAreRefused() {
        assertThatThrownBy(() -> Tensor.of(DataType.FLOAT, Shape.of(2), ByteBuffer.allocate(7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("FLOAT[2] needs 8 bytes, found 7");
        assertThatThrownBy(() -> Tensor.ofFloats(Shape.of(3), 1, 2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.ofFloats(Shape.of(2), 1, 2).reshape(Shape.of(3)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytesAreAReadOnlyView() {
        ByteBuffer bytes = Tensor.ofFloats(Shape.of(1), 1).bytes();
        assertThat(bytes.isReadOnly()).isTrue();
        assertThat(bytes.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeIsFoundByItsNumber(DataType type) {
        assertThat(DataType.ofId(type.id())).contains(type);
        assertThat(DataType.ofId(0)).isEmpty();
        assertThat(DataType.ofId(-1)).isEmpty();
    }

    @Test
    void sizesThatOverflowAreRefused() {
        assertThatThrownBy(() -> DataType.FLOAT.bytes(Long.MAX_VALUE / 2))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 32).elementCount())
                .isInstanceOf(ArithmeticException.class);
    }
}
