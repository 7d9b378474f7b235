package dev.espalier.runtime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;
import dev.espalier.core.ir.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Inputs for a model of which nothing but the declared types is known. Floats are normal with mean
 * 0 and deviation 1, 8-bit integers use their whole range, wider integers are 0 or 1, since they
 * are mostly indices into something of unknown size. Never all zeros: arithmetic on zeros can be
 * faster than on data.
 */
final class RandomInputs {
    /** More than any sensible batch of images; less than what makes the JVM fail. */
    private static final long MOST_BYTES = 1L << 30;

    private static final String TYPE_PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

    private RandomInputs() {}

    /** The declared type of a model input as the runtime tells it. */
    static Value declared(String name, TensorInfo info) {
        String typeName = info.onnxType.name().substring(TYPE_PREFIX.length());
        DataType type =
                Arrays.stream(DataType.values())
                        .filter(known -> known.name().equals(typeName))
                        .filter(known -> known != DataType.STRING)
                        .findFirst()
                        .orElseThrow(() -> unsupported(name, info));
        List<Dim> dims = new ArrayList<>();
        for (long size : info.getShape()) {
            dims.add(size < 0 ? Dim.UNKNOWN : Dim.of(size));
        }
        return Value.of(name, new TensorType(type, Shape.of(dims)));
    }

    private static UnsupportedModelException unsupported(String name, TensorInfo info) {
        return new UnsupportedModelException(
                "Input '" + name + "' is of type " + info.type + ", for which no inputs are made.");
    }

    /**
     * A tensor of fixed {@code type}; the caller closes it.
     *
     * @param info how the runtime declares the input
     */
    static OnnxTensor tensor(String name, TensorInfo info, TensorType type, SplittableRandom random)
            throws OrtException {
        long bytes;
        try {
            bytes = type.dataType().bytes(type.shape().elementCount());
        } catch (ArithmeticException e) {
            bytes = Long.MAX_VALUE;
        }
        if (bytes > MOST_BYTES) {
            throw new UnsupportedModelException(
                    "Input '%s' of %s is over %d bytes; give smaller sizes."
                            .formatted(name, type, MOST_BYTES));
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
        fill(name, info, type.dataType(), buffer, random);
        return OnnxTensor.createTensor(
                Environment.get(), buffer.rewind(), type.shape().sizes(), info.type);
    }

    private static void fill(
            String name,
            TensorInfo info,
            DataType type,
            ByteBuffer buffer,
            SplittableRandom random) {
        while (buffer.hasRemaining()) {
            switch (type) {
                case FLOAT -> buffer.putFloat((float) random.nextGaussian());
                case DOUBLE -> buffer.putDouble(random.nextGaussian());
                case FLOAT16 -> buffer.putShort(half((float) random.nextGaussian()));
                case BFLOAT16 ->
                        buffer.putShort(
                                (short)
                                        (Float.floatToIntBits((float) random.nextGaussian())
                                                >>> 16));
                case UINT8, INT8 -> buffer.put((byte) random.nextInt());
                case BOOL -> buffer.put((byte) random.nextInt(2));
                case INT16, UINT16 -> buffer.putShort((short) random.nextInt(2));
                case INT32, UINT32 -> buffer.putInt(random.nextInt(2));
                case INT64, UINT64 -> buffer.putLong(random.nextInt(2));
                default -> throw unsupported(name, info);
            }
        }
    }

    /** IEEE half precision of a value well inside its range; excess bits are cut off. */
    private static short half(float value) {
        int bits = Float.floatToIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int exponent = (bits >>> 23 & 0xff) - 127 + 15;
        return (short) (exponent <= 0 ? sign : sign | exponent << 10 | bits >>> 13 & 0x3ff);
    }
}
