package dev.espalier.core.internal.stored;

import static dev.espalier.core.internal.stored.NpzTest.floats;
import static dev.espalier.core.internal.stored.NpzTest.input;
import static dev.espalier.core.internal.stored.NpzTest.longs;
import static dev.espalier.core.internal.stored.NpzTest.npy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.core.DataException;
import dev.espalier.core.data.Dataset;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What inputs of other types than float32 are fed with, whatever the arrays hold. */
class CastSourceTest {
    @TempDir private Path folder;

    private Dataset test(Map<String, byte[]> arrays, TensorType x) throws IOException {
        return NpzTest.test(folder, arrays, x);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16"})
    void numbersBecomeWhatTheInputTakes(DataType type) throws Exception {
        byte[] halves = {0, 0x3c, 0, (byte) 0xc0, 0, 0x38, 0, 0}; // 1, -2, 0.5, 0
        Dataset data = test(Map.of("x", npy("<f2", "(2, 2)", halves)), input(type, 2));

        assertThat(data.sampleTypes().get("x")).isEqualTo(new TensorType(type, Shape.of(2)));
        Tensor x = data.batch(new int[] {1, 0}).inputs().get("x");
        assertThat(x.type()).isEqualTo(new TensorType(type, Shape.of(2, 2)));
        assertThat(x.toFloats()).containsExactly(0.5f, 0, 1, -2);
    }

    @Test
    void imagesBecomeWhatTheInputTakes() throws Exception {
        byte[] pixels = {0, 51, (byte) 255, 102};
        Dataset data =
                test(
                        Map.of("x", npy("|u1", "(1, 1, 2, 2)", pixels)),
                        input(DataType.FLOAT16, 1, 2, 2));

        Tensor x = data.batch(new int[] {0}).inputs().get("x");
        assertThat(x.dataType()).isEqualTo(DataType.FLOAT16);
        assertThat(x.toFloats()).containsExactly(new float[] {0, 0.2f, 1, 0.4f}, within(1e-3f));
    }

    @Test
    void numbersBeyondTheInputsTypeAreRefusedWithTheirExample() throws Exception {
        Dataset data =
                test(
                        Map.of("x", npy("<f4", "(2, 1)", floats(65504, 70000))),
                        input(DataType.FLOAT16, 1));

        assertThat(data.batch(new int[] {0}).inputs().get("x").toFloats()).containsExactly(65504);
        assertThatThrownBy(() -> data.batch(new int[] {1}))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "example 1 has 70000.0 for the model's input 'x', which is beyond the range of float16[1]");
    }

    @Test
    void anotherShapeIsStillRefused() {
        assertThatThrownBy(
                        () ->
                                test(
                                        Map.of("x", npy("<f4", "(2, 3)", floats(1, 2, 3, 4, 5, 6))),
                                        input(DataType.FLOAT16, 2)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("takes float16[?,2], the data gives examples of float[3]");
    }

    @ParameterizedTest
    @CsvSource({"INT16, -2", "INT8, -2", "UINT8, 200", "BOOL, 1", "INT32, -70000", "INT64, -70000"})
    void integersOfEveryWidthAreFed(DataType type, long value) throws Exception {
        Dataset data = test(Map.of("x", npy("<i8", "(2, 1)", longs(0, value))), input(type, 1));

        assertThat(data.batch(new int[] {1, 0}).inputs().get("x"))
                .isEqualTo(Tensor.ofIntegers(type, Shape.of(2, 1), value, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "INT16, 32768",
        "INT8, -129",
        "UINT8, 256",
        "UINT8, -1",
        "BOOL, 2",
        "INT32, 2147483648"
    })
    void integersBeyondTheInputsTypeAreRefused(DataType type, long value) {
        assertThatThrownBy(
                        () ->
                                test(
                                        Map.of("x", npy("<i8", "(2, 1)", longs(0, value))),
                                        input(type, 1)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(
                        "holds " + value + " at element 1, beyond the range of " + type);
    }

    @Test
    void anInputThatNobodyCanFeedIsNamed() {
        assertThatThrownBy(
                        () ->
                                test(
                                        Map.of("x", npy("<i8", "(2, 1)", longs(0, 1))),
                                        input(DataType.UINT16, 1)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("takes uint16[?,1], which is not fed from data");
    }
}
