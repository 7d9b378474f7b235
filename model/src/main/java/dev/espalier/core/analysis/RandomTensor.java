package dev.espalier.core.analysis;

import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.SplittableRandom;

/**
 * Inputs for models where there is no data. Reals are normal with mean 0 and deviation 1, since
 * arithmetic on zeros can be faster than on data; 8-bit integers, mostly images, use their whole
 * range; wider ones are 0 or 1, which are good as masks and as indices into anything.
 */
final class RandomTensor {
    /** More than any sensible batch of images; less than what makes the JVM fail. */
    private static final long MOST_BYTES = 1L << 30;

    private RandomTensor() {}

    /**
     * A tensor of a fixed type.
     *
     * @throws UnsupportedModelException where it would take more than 1 GiB
     */
    static Tensor of(TensorType type, SplittableRandom random) {
        requireSensible(type);
        int count = Math.toIntExact(type.shape().elementCount());
        if (type.dataType() == DataType.STRING) {
            return Tensor.ofStrings(type.shape(), Collections.nCopies(count, "espalier"));
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact(type.dataType().bytes(count)))
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (type.dataType()) {
                case FLOAT -> bytes.putFloat((float) random.nextGaussian());
                case DOUBLE -> bytes.putDouble(random.nextGaussian());
                case BFLOAT16 ->
                        bytes.putShort(
                                (short)
                                        (Float.floatToIntBits((float) random.nextGaussian())
                                                >> 16));
                // 1.0 to 2.0 of either sign: every mantissa of a half under one exponent.
                case FLOAT16 -> bytes.putShort((short) (0x3c00 | random.nextInt() & 0x83ff));
                case INT64, UINT64 -> bytes.putLong(random.nextInt(2));
                case INT32, UINT32 -> bytes.putInt(random.nextInt(2));
                case INT16, UINT16 -> bytes.putShort((short) random.nextInt(2));
                case INT8, UINT8 -> bytes.put((byte) random.nextInt());
                case BOOL -> bytes.put((byte) random.nextInt(2));
                // The rest is not fed to any network met so far; zeros are valid in all of them.
                default -> {}
            }
        }
        return Tensor.of(type.dataType(), type.shape(), bytes.rewind());
    }

    /**
     * A tensor of a fixed type full of ones, for what a model divides by.
     *
     * @throws UnsupportedModelException where it would take more than 1 GiB, or holds no numbers
     */
    static Tensor ones(TensorType type) {
        requireSensible(type);
        int count = Math.toIntExact(type.shape().elementCount());
        if (type.dataType().isInteger()) {
            long[] ones = new long[count];
            Arrays.fill(ones, 1);
            return Tensor.ofIntegers(type.dataType(), type.shape(), ones);
        }
        if (type.dataType().isFloating()) {
            double[] ones = new double[count];
            Arrays.fill(ones, 1);
            return Tensor.ofReals(type.dataType(), type.shape(), ones);
        }
        throw new UnsupportedModelException("an input of " + type + " holds no numbers");
    }

    private static void requireSensible(TensorType type) {
        long bytes;
        try {
            long elements = type.shape().elementCount();
            bytes = type.dataType() == DataType.STRING ? elements : type.dataType().bytes(elements);
        } catch (ArithmeticException e) {
            bytes = Long.MAX_VALUE;
        }
        if (bytes > MOST_BYTES) {
            throw new UnsupportedModelException(
                    "an input of %s is over %s bytes; give smaller sizes"
                            .formatted(type, MOST_BYTES));
        }
    }
}
