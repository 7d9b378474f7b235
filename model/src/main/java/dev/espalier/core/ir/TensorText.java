package dev.espalier.core.ir;

import java.util.ArrayList;
import java.util.Arrays;
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
        int count = Math.toIntExact(type.shape().elementCount());
        double[] elements = new double[count];
        Arrays.setAll(elements, values);
        return Tensor.ofReals(type.dataType(), type.shape(), elements);
    }

    private static Tensor integers(TensorType type, IntToLongFunction values) {
        if (!type.dataType().isInteger()) {
            throw new IllegalArgumentException(
                    "elements of " + type.dataType() + " cannot be written as text");
        }
        int count = Math.toIntExact(type.shape().elementCount());
        long[] elements = new long[count];
        Arrays.setAll(elements, values);
        return Tensor.ofIntegers(type.dataType(), type.shape(), elements);
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
