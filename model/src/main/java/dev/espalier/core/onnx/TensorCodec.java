package dev.espalier.core.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.internal.proto.Onnx.TensorProto;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** {@code TensorProto} to {@link Tensor} and back. Data is always written raw. */
final class TensorCodec {
    private TensorCodec() {}

    /** The tensor; its bytes are those of the parsed file, or stay in an external file. */
    static Tensor decode(TensorProto proto, Source source) {
        DataType type =
                DataType.ofId(proto.getDataType())
                        .orElseThrow(
                                () ->
                                        source.damaged(
                                                "tensor '%s' has the unknown data type %s"
                                                        .formatted(
                                                                proto.getName(),
                                                                proto.getDataType())));
        if (proto.hasSegment()) {
            throw new UnsupportedModelException(
                    source.name() + ": tensor '" + proto.getName() + "' is stored in segments");
        }
        Shape shape = shape(proto.getDimsList(), proto.getName(), source);
        if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            if (type == DataType.STRING) {
                throw source.damaged("string tensor '" + proto.getName() + "' is external");
            }
            return Tensor.deferred(
                    type,
                    shape,
                    source.external()
                            .locate(
                                    proto.getExternalDataList(),
                                    type.bytes(shape.elementCount()),
                                    proto.getName(),
                                    source));
        }
        if (type == DataType.STRING) {
            return strings(proto, shape, source);
        }
        long expected = type.bytes(shape.elementCount());
        long held =
                proto.hasRawData()
                        ? proto.getRawData().size()
                        : (long) count(proto, type) * unitBytes(type);
        if (held != expected) {
            throw source.damaged(
                    "tensor '%s' is declared %s%s, which needs %s bytes, but holds %s"
                            .formatted(proto.getName(), type, shape, expected, held));
        }
        if (proto.hasRawData()) {
            return Tensor.of(type, shape, proto.getRawData().asReadOnlyByteBuffer());
        }
        if (held > Integer.MAX_VALUE - 8) {
            throw new UnsupportedModelException(
                    source.name() + ": tensor '" + proto.getName() + "' has " + held + " bytes");
        }
        return Tensor.of(type, shape, typed(proto, type, (int) held));
    }

    /** Checks that sizes are possible and that no product of them overflows. */
    static Shape shape(List<Long> sizes, String tensor, Source source) {
        long[] dims = new long[sizes.size()];
        long product = 1;
        for (int i = 0; i < dims.length; i++) {
            dims[i] = sizes.get(i);
            if (dims[i] < 0) {
                throw source.damaged(
                        "tensor '%s' has the negative dimension %s".formatted(tensor, dims[i]));
            }
            // Zeros must not hide an overflow: a pass may permute or cut dimensions.
            long high = Math.multiplyHigh(product, Math.max(1, dims[i]));
            product *= Math.max(1, dims[i]);
            if (high != 0 || product < 0 || product > Long.MAX_VALUE / 128) {
                throw source.damaged(
                        "tensor '%s' has more elements than a file can hold: dimensions %s"
                                .formatted(tensor, sizes));
            }
        }
        return Shape.of(dims);
    }

    private static Tensor strings(TensorProto proto, Shape shape, Source source) {
        if (proto.getStringDataCount() != shape.elementCount()) {
            throw source.damaged(
                    "tensor '%s' is declared string%s but holds %s strings"
                            .formatted(proto.getName(), shape, proto.getStringDataCount()));
        }
        List<String> values = new ArrayList<>(proto.getStringDataCount());
        for (ByteString value : proto.getStringDataList()) {
            if (!value.isValidUtf8()) {
                throw source.damaged(
                        "tensor '" + proto.getName() + "' holds a string that is not UTF-8");
            }
            values.add(value.toStringUtf8());
        }
        return Tensor.ofStrings(shape, values);
    }

    /** The typed data fields, turned into raw bytes. */
    private static ByteBuffer typed(TensorProto proto, DataType type, int held) {
        ByteBuffer bytes = ByteBuffer.allocate(held).order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case FLOAT, COMPLEX64 -> {
                for (int i = 0; i < proto.getFloatDataCount(); i++) {
                    bytes.putFloat(proto.getFloatData(i));
                }
            }
            case DOUBLE, COMPLEX128 -> {
                for (int i = 0; i < proto.getDoubleDataCount(); i++) {
                    bytes.putDouble(proto.getDoubleData(i));
                }
            }
            case INT64 -> {
                for (int i = 0; i < proto.getInt64DataCount(); i++) {
                    bytes.putLong(proto.getInt64Data(i));
                }
            }
            case UINT64 -> {
                for (int i = 0; i < proto.getUint64DataCount(); i++) {
                    bytes.putLong(proto.getUint64Data(i));
                }
            }
            case UINT32 -> {
                for (int i = 0; i < proto.getUint64DataCount(); i++) {
                    bytes.putInt((int) proto.getUint64Data(i));
                }
            }
            case INT32 -> {
                for (int i = 0; i < proto.getInt32DataCount(); i++) {
                    bytes.putInt(proto.getInt32Data(i));
                }
            }
            case INT16, UINT16, FLOAT16, BFLOAT16 -> {
                for (int i = 0; i < proto.getInt32DataCount(); i++) {
                    bytes.putShort((short) proto.getInt32Data(i));
                }
            }
            default -> {
                for (int i = 0; i < proto.getInt32DataCount(); i++) {
                    bytes.put((byte) proto.getInt32Data(i));
                }
            }
        }
        return bytes.flip();
    }

    /** Entries of the typed field that ONNX prescribes for {@code type}. */
    private static int count(TensorProto proto, DataType type) {
        return switch (type) {
            case FLOAT, COMPLEX64 -> proto.getFloatDataCount();
            case DOUBLE, COMPLEX128 -> proto.getDoubleDataCount();
            case INT64 -> proto.getInt64DataCount();
            case UINT32, UINT64 -> proto.getUint64DataCount();
            default -> proto.getInt32DataCount();
        };
    }

    /** Bytes of one entry; types narrower than a byte are packed, one byte to an entry. */
    private static int unitBytes(DataType type) {
        return switch (type) {
            case COMPLEX64 -> 4;
            case COMPLEX128 -> 8;
            default -> Math.max(1, type.bits() / 8);
        };
    }

    /** What {@code proto} says beyond name, type, shape and data. */
    static TensorProto remainder(TensorProto proto) {
        return proto.toBuilder()
                .clearName()
                .clearDims()
                .clearDataType()
                .clearFloatData()
                .clearInt32Data()
                .clearStringData()
                .clearInt64Data()
                .clearDoubleData()
                .clearUint64Data()
                .clearRawData()
                .clearExternalData()
                .clearDataLocation()
                .build();
    }

    /** Type and shape of {@code tensor}, without its data. */
    static TensorProto.Builder encodeType(Tensor tensor) {
        TensorProto.Builder proto = TensorProto.newBuilder();
        for (long size : tensor.shape().sizes()) {
            proto.addDims(size);
        }
        return proto.setDataType(tensor.dataType().id());
    }

    /** All of {@code tensor}; its bytes are shared, not copied. */
    static TensorProto.Builder encode(Tensor tensor) {
        TensorProto.Builder proto = encodeType(tensor);
        if (tensor.dataType() == DataType.STRING) {
            tensor.strings().forEach(value -> proto.addStringData(ByteString.copyFromUtf8(value)));
            return proto;
        }
        return proto.setRawData(UnsafeByteOperations.unsafeWrap(tensor.bytes()));
    }
}
