package dev.espalier.core.ir;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;
import java.util.random.RandomGenerator;

/** Elements of constants in {@link GraphText}. */
final class TensorText {
    private TensorText() {}

    static Tensor of(TensorType type, List<String> items) {
        long count = type.shape().elementCount();
        if (items.size() != count) {
            throw new IllegalArgumentException(
                    type + " has " + count + " elements, found " + items.size());
        }
        if (type.dataType() == DataType.STRING) {
            return Tensor.ofStrings(type.shape(), items);
        }
        return type.dataType().isFloating()
                ? reals(type, i -> real(items.get(i)))
                : integers(type, i -> integer(items.get(i)));
    }

    static Tensor fill(TensorType type, String item) {
        if (type.dataType() == DataType.STRING) {
            int count = Math.toIntExact(type.shape().elementCount());
            return Tensor.ofStrings(type.shape(), Collections.nCopies(count, item));
        }
        return type.dataType().isFloating()
                ? reals(type, i -> real(item))
                : integers(type, i -> integer(item));
    }

    static Tensor random(TensorType type, long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        if (!type.dataType().isFloating()) {
            return integers(type, i -> random.nextInt(10));
        }
        Shape shape = type.shape();
        if (shape.rank() < 2) {
            return reals(type, i -> 0.5 + random.nextDouble());
        }
        double fanIn = Math.max(1, shape.with(0, Dim.of(1)).elementCount());
        return reals(type, i -> random.nextGaussian() * Math.sqrt(2 / fanIn));
    }

    private static Tensor reals(TensorType type, IntToDoubleFunction values) {
        ByteBuffer bytes = allocate(type);
        int count = Math.toIntExact(type.shape().elementCount());
        for (int i = 0; i < count; i++) {
            double value = values.applyAsDouble(i);
            switch (type.dataType()) {
                case DOUBLE -> bytes.putDouble(value);
                case FLOAT -> bytes.putFloat((float) value);
                case FLOAT16 -> bytes.putShort(Elements.floatToHalf((float) value));
                case BFLOAT16 -> bytes.putShort(Elements.floatToBfloat16((float) value));
                default -> throw new IllegalArgumentException(type.dataType() + " holds no reals");
            }
        }
        return Tensor.of(type.dataType(), type.shape(), bytes.flip());
    }

    private static Tensor integers(TensorType type, IntToLongFunction values) {
        if (!type.dataType().isInteger()) {
            throw new IllegalArgumentException(
                    "elements of " + type.dataType() + " cannot be written as text");
        }
        ByteBuffer bytes = allocate(type);
        int count = Math.toIntExact(type.shape().elementCount());
        int bits = type.dataType().bits();
        for (int i = 0; i < count; i++) {
            long value = values.applyAsLong(i);
            switch (bits) {
                case 64 -> bytes.putLong(i * 8, value);
                case 32 -> bytes.putInt(i * 4, (int) value);
                case 16 -> bytes.putShort(i * 2, (short) value);
                case 8 -> bytes.put(i, (byte) value);
                default -> {
                    int perByte = 8 / bits;
                    int shift = i % perByte * bits;
                    long part = (value & (1 << bits) - 1) << shift;
                    bytes.put(i / perByte, (byte) (bytes.get(i / perByte) | part));
                }
            }
        }
        return Tensor.of(type.dataType(), type.shape(), bytes);
    }

    private static ByteBuffer allocate(TensorType type) {
        long size = type.dataType().bytes(type.shape().elementCount());
        return ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * @throws NumberFormatException where {@code text} is no number
     */
    static double real(String text) {
        return switch (text) {
            case "inf", "+inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
    }

    private static long integer(String text) {
        return switch (text) {
            case "true" -> 1;
            case "false" -> 0;
            default -> Long.parseLong(text);
        };
    }

    /** Like Java's, with the names that {@link #real} knows. */
    static String print(float value) {
        if (Float.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        return Float.isNaN(value) ? "nan" : Float.toString(value);
    }

    /** The elements, as {@link #of} reads them back; null where their type has no text. */
    static List<String> items(Tensor tensor) {
        List<String> items = new ArrayList<>();
        if (tensor.dataType() == DataType.STRING) {
            tensor.strings().forEach(text -> items.add(TextNames.quoted(text)));
        } else if (tensor.dataType() == DataType.DOUBLE) {
            Elements.decode(
                    tensor,
                    (i, value) ->
                            items.add(
                                    Double.isFinite(value)
                                            ? Double.toString(value)
                                            : print((float) value)));
        } else if (tensor.dataType().isFloating()) {
            for (float value : tensor.toFloats()) {
                items.add(print(value));
            }
        } else if (tensor.dataType().isInteger()) {
            for (long value : tensor.toLongs()) {
                items.add(Long.toString(value));
            }
        } else {
            return null;
        }
        return items;
    }
}
