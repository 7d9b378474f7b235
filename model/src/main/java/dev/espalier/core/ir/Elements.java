package dev.espalier.core.ir;

import java.nio.ByteBuffer;

/** Decodes and encodes packed and narrow elements of a {@link Tensor}. */
final class Elements {
    interface RealSink {
        void put(int index, double value);
    }

    interface IntegerSink {
        void put(int index, long value);
    }

    private Elements() {}

    static void decode(Tensor tensor, RealSink sink) {
        ByteBuffer bytes = tensor.bytes();
        int count = Math.toIntExact(tensor.elementCount());
        switch (tensor.dataType()) {
            case DOUBLE -> {
                for (int i = 0; i < count; i++) {
                    sink.put(i, bytes.getDouble(i * 8));
                }
            }
            case FLOAT -> {
                for (int i = 0; i < count; i++) {
                    sink.put(i, bytes.getFloat(i * 4));
                }
            }
            case BFLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    sink.put(i, Float.intBitsToFloat(bytes.getShort(i * 2) << 16));
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    sink.put(i, halfToFloat(bytes.getShort(i * 2)));
                }
            }
            default -> decodeIntegers(tensor, (i, value) -> sink.put(i, value));
        }
    }

    static void decodeIntegers(Tensor tensor, IntegerSink sink) {
        ByteBuffer bytes = tensor.bytes();
        int count = Math.toIntExact(tensor.elementCount());
        for (int i = 0; i < count; i++) {
            sink.put(i, integer(tensor.dataType(), bytes, i));
        }
    }

    private static long integer(DataType type, ByteBuffer bytes, int i) {
        return switch (type) {
            case UINT8, BOOL -> bytes.get(i) & 0xff;
            case INT8 -> bytes.get(i);
            case UINT16 -> bytes.getShort(i * 2) & 0xffff;
            case INT16 -> bytes.getShort(i * 2);
            case UINT32 -> bytes.getInt(i * 4) & 0xffff_ffffL;
            case INT32 -> bytes.getInt(i * 4);
            case UINT64, INT64 -> bytes.getLong(i * 8);
            case UINT4 -> packed(bytes, i, 4);
            case INT4 -> signed(packed(bytes, i, 4), 4);
            case UINT2 -> packed(bytes, i, 2);
            case INT2 -> signed(packed(bytes, i, 2), 2);
            default -> throw new IllegalStateException("a " + type + " tensor holds no integers");
        };
    }

    private static long packed(ByteBuffer bytes, int i, int bits) {
        int perByte = 8 / bits;
        return bytes.get(i / perByte) >> (i % perByte) * bits & (1 << bits) - 1;
    }

    private static long signed(long value, int bits) {
        return value << 64 - bits >> 64 - bits;
    }

    static void encodeIntegers(DataType type, ByteBuffer bytes, long[] values) {
        for (int i = 0; i < values.length; i++) {
            long value = values[i];
            switch (type) {
                case UINT8, INT8 -> bytes.put(i, (byte) value);
                case BOOL -> bytes.put(i, (byte) (value == 0 ? 0 : 1));
                case UINT16, INT16 -> bytes.putShort(i * 2, (short) value);
                case UINT32, INT32 -> bytes.putInt(i * 4, (int) value);
                case UINT64, INT64 -> bytes.putLong(i * 8, value);
                case UINT4, INT4 -> pack(bytes, i, 4, value);
                case UINT2, INT2 -> pack(bytes, i, 2, value);
                default ->
                        throw new IllegalStateException("a " + type + " tensor holds no integers");
            }
        }
    }

    private static void pack(ByteBuffer bytes, int i, int bits, long value) {
        int perByte = 8 / bits;
        int shift = i % perByte * bits;
        int mask = (1 << bits) - 1 << shift;
        int old = bytes.get(i / perByte);
        bytes.put(i / perByte, (byte) (old & ~mask | (int) value << shift & mask));
    }

    static void encodeReals(DataType type, ByteBuffer bytes, double[] values) {
        for (int i = 0; i < values.length; i++) {
            switch (type) {
                case DOUBLE -> bytes.putDouble(i * 8, values[i]);
                case FLOAT -> bytes.putFloat(i * 4, (float) values[i]);
                case FLOAT16 -> bytes.putShort(i * 2, (short) narrow(values[i], 5, 10));
                case BFLOAT16 -> bytes.putShort(i * 2, (short) narrow(values[i], 8, 7));
                default -> throw new IllegalStateException("a " + type + " tensor holds no reals");
            }
        }
    }

    /** The bits of {@code value} in a 16-bit IEEE 754 layout, rounded half to even. */
    private static int narrow(double value, int exponentBits, int mantissaBits) {
        int sign = (int) (Double.doubleToRawLongBits(value) >>> 63) << 15;
        int infinity = (1 << exponentBits) - 1 << mantissaBits;
        double magnitude = Math.abs(value);
        if (Double.isNaN(value)) {
            return sign | infinity | 1 << mantissaBits - 1;
        }
        int bias = (1 << exponentBits - 1) - 1;
        int exponent = Math.max(Math.getExponent(magnitude), 1 - bias);
        if (exponent > bias) {
            return sign | infinity;
        }
        // In units of the last place; a carry out of the mantissa is the next exponent's zero.
        long units = (long) Math.rint(magnitude * Math.scalb(1.0, mantissaBits - exponent));
        long bits = units + ((long) (exponent + bias - 1) << mantissaBits);
        return sign | (int) Math.min(bits, infinity);
    }

    /** IEEE 754 binary16 to binary32; Java gained this as a library method after 17. */
    static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = half >> 10 & 0x1f;
        int mantissa = half & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f80_0000 | mantissa << 13);
        }
        if (exponent == 0) {
            float magnitude = mantissa * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | exponent + 112 << 23 | mantissa << 13);
    }
}
