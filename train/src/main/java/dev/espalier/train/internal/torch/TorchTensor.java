package dev.espalier.train.internal.torch;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor attribute of a TorchScript module.
 *
 * @param name of the attribute
 * @param tensor its content, row-major
 * @param channelsLast whether a tensor [A, B, H, W] is stored in the order A, H, W, B, which is
 *     what convolutions on such activations read fastest; others are stored as they are
 */
public record TorchTensor(String name, Tensor tensor, boolean channelsLast) {
    /** The storage class of Torch that holds elements of {@code type}. */
    static String storageClass(DataType type) {
        return switch (type) {
            case FLOAT -> "FloatStorage";
            case DOUBLE -> "DoubleStorage";
            case FLOAT16 -> "HalfStorage";
            case BFLOAT16 -> "BFloat16Storage";
            case INT64 -> "LongStorage";
            case INT32 -> "IntStorage";
            case INT16 -> "ShortStorage";
            case INT8 -> "CharStorage";
            case UINT8 -> "ByteStorage";
            case BOOL -> "BoolStorage";
            default ->
                    throw new UnsupportedModelException(
                            "Torch has no tensors of element type " + type);
        };
    }

    private boolean permuted() {
        return channelsLast && tensor.dataType() == DataType.FLOAT && tensor.shape().rank() == 4;
    }

    /** Elements between neighbours along each axis. */
    long[] strides() {
        long[] sizes = tensor.shape().sizes();
        long[] strides = new long[sizes.length];
        if (permuted()) {
            strides[1] = 1;
            strides[3] = sizes[1];
            strides[2] = sizes[1] * sizes[3];
            strides[0] = strides[2] * sizes[2];
            return strides;
        }
        long stride = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= sizes[i];
        }
        return strides;
    }

    /** The elements in storage order, little-endian. */
    ByteBuffer bytes() {
        ByteBuffer source = tensor.bytes();
        if (!permuted()) {
            return source;
        }
        int outer = Math.toIntExact(tensor.shape().size(0));
        int channels = Math.toIntExact(tensor.shape().size(1));
        int area = Math.toIntExact(tensor.shape().size(2) * tensor.shape().size(3));
        ByteBuffer target = ByteBuffer.allocate(source.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        for (int o = 0; o < outer; o++) {
            for (int position = 0; position < area; position++) {
                for (int c = 0; c < channels; c++) {
                    target.putFloat(
                            source.getFloat(Float.BYTES * ((o * channels + c) * area + position)));
                }
            }
        }
        return target.flip();
    }
}
