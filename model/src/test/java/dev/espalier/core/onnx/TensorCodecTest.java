package dev.espalier.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.espalier.core.ModelFormatException;
import dev.espalier.core.internal.proto.Onnx.TensorProto;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorCodecTest {
    private static final Source SOURCE = new Source("test", ExternalData.NONE);

    private static TensorProto.Builder proto(DataType type, long... dims) {
        TensorProto.Builder proto = TensorProto.newBuilder().setDataType(type.id()).setName("t");
        for (long dim : dims) {
            proto.addDims(dim);
        }
        return proto;
    }

    private static Tensor decode(TensorProto.Builder proto) {
        return TensorCodec.decode(proto.build(), SOURCE);
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeRoundTrips(DataType type) {
        Tensor tensor;
        if (type == DataType.STRING) {
            tensor = Tensor.ofStrings(Shape.of(3), java.util.List.of("a", "", "ü"));
        } else {
            byte[] bytes = new byte[(int) type.bytes(5)];
            new java.util.SplittableRandom(type.id()).nextBytes(bytes);
            tensor = Tensor.of(type, Shape.of(5), ByteBuffer.wrap(bytes));
        }
        assertThat(decode(TensorCodec.encode(tensor))).isEqualTo(tensor);
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeMayBeEmpty(DataType type) {
        Tensor tensor = decode(proto(type, 2, 0, 3));
        assertThat(tensor.byteSize()).isZero();
        assertThat(decode(TensorCodec.encode(tensor))).isEqualTo(tensor);
    }

    @Test
    void floatData() {
        assertThat(decode(Protos.floats(1.5f, -2)).toFloats()).containsExactly(1.5f, -2);
    }

    @Test
    void doubleData() {
        Tensor tensor = decode(proto(DataType.DOUBLE, 1).addDoubleData(0.1));
        assertThat(tensor.bytes().getDouble(0)).isEqualTo(0.1);
    }

    @Test
    void complexDataHoldsTwoEntriesToAnElement() {
        Tensor single = decode(proto(DataType.COMPLEX64, 1).addFloatData(1).addFloatData(2));
        assertThat(single.bytes().getFloat(4)).isEqualTo(2);
        Tensor twice = decode(proto(DataType.COMPLEX128, 1).addDoubleData(1).addDoubleData(2));
        assertThat(twice.bytes().getDouble(8)).isEqualTo(2);
    }

    @Test
    void int64Data() {
        assertThat(
                        decode(proto(DataType.INT64, 2).addInt64Data(-1).addInt64Data(1L << 40))
                                .toLongs())
                .containsExactly(-1, 1L << 40);
    }

    @Test
    void unsignedDataOf32And64Bits() {
        assertThat(decode(proto(DataType.UINT32, 1).addUint64Data(0xffff_fffeL)).toLongs())
                .containsExactly(0xffff_fffeL);
        assertThat(decode(proto(DataType.UINT64, 1).addUint64Data(-2)).toLongs())
                .containsExactly(-2);
    }

    @Test
    void narrowIntegersLieInInt32Data() {
        assertThat(int32(DataType.INT32, -7)).containsExactly(-7);
        assertThat(int32(DataType.INT16, -7)).containsExactly(-7);
        assertThat(int32(DataType.UINT16, 65535)).containsExactly(65535);
        assertThat(int32(DataType.INT8, -7)).containsExactly(-7);
        assertThat(int32(DataType.UINT8, 200)).containsExactly(200);
        assertThat(int32(DataType.BOOL, 1)).containsExactly(1);
    }

    private static long[] int32(DataType type, int value) {
        return decode(proto(type, 1).addInt32Data(value)).toLongs();
    }

    @Test
    void halfPrecisionLiesInInt32DataAsBits() {
        assertThat(decode(proto(DataType.FLOAT16, 1).addInt32Data(0x3e00)).toFloats())
                .containsExactly(1.5f);
        assertThat(decode(proto(DataType.BFLOAT16, 1).addInt32Data(0xbfc0)).toFloats())
                .containsExactly(-1.5f);
        assertThat(decode(proto(DataType.FLOAT8E4M3FN, 1).addInt32Data(0x38)).bytes().get(0))
                .isEqualTo((byte) 0x38);
    }

    @Test
    void packedIntegersLieInInt32DataOneByteToAnEntry() {
        assertThat(decode(proto(DataType.INT4, 3).addInt32Data(0xf1).addInt32Data(0x07)).toLongs())
                .containsExactly(1, -1, 7);
        assertThat(decode(proto(DataType.UINT4, 2).addInt32Data(0xf1)).toLongs())
                .containsExactly(1, 15);
        assertThat(decode(proto(DataType.UINT2, 5).addInt32Data(0xe4).addInt32Data(2)).toLongs())
                .containsExactly(0, 1, 2, 3, 2);
        assertThat(decode(proto(DataType.INT2, 4).addInt32Data(0xe4)).toLongs())
                .containsExactly(0, 1, -2, -1);
    }

    @Test
    void dataInTheWrongFieldIsRefused() {
        assertThatThrownBy(() -> decode(proto(DataType.INT64, 1).addFloatData(1)))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("tensor 't' is declared INT64[1], which needs 8 bytes");
    }

    @Test
    void stringsThatAreNotUtf8AreRefused() {
        TensorProto.Builder proto =
                proto(DataType.STRING, 1).addStringData(ByteString.copyFrom(new byte[] {-1}));
        assertThatThrownBy(() -> decode(proto)).isInstanceOf(ModelFormatException.class);
    }

    @Test
    void undefinedTypeIsRefused() {
        assertThatThrownBy(() -> decode(TensorProto.newBuilder()))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("unknown data type 0");
    }
}
