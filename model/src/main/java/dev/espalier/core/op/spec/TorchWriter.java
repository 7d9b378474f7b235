package dev.espalier.core.op.spec;

import dev.espalier.core.ir.DataType;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Collects the TorchScript statements of one node. Expressions are Python text; activations are
 * local variables, weights attributes of {@code self}.
 */
public interface TorchWriter {
    /** Numbers of Torch's element types, in the order of its {@code ScalarType}. */
    Map<DataType, Integer> TYPES =
            Map.of(
                    DataType.UINT8, 0,
                    DataType.INT8, 1,
                    DataType.INT16, 2,
                    DataType.INT32, 3,
                    DataType.INT64, 4,
                    DataType.FLOAT16, 5,
                    DataType.FLOAT, 6,
                    DataType.DOUBLE, 7,
                    DataType.BOOL, 11,
                    DataType.BFLOAT16, 15);

    /** The expression that reads input {@code i} as a tensor. */
    String in(int i);

    /**
     * The expression that reads input {@code i} in float32 even where activations are narrower: the
     * scale and shift of a normalisation.
     */
    String exact(int i);

    /** The expression of a float32 result in the type that activations have. */
    String asActivation(String exact);

    /**
     * The expression that reads input {@code i}, a running statistic: float32, not trained by
     * gradients, and updated in place by the statement where {@link #training} is true.
     */
    String statistic(int i);

    /**
     * {@code True} or {@code False}: whether statistics are those of the batch and the running ones
     * move.
     */
    String training();

    /**
     * The expression of a batch's share in the running statistics.
     *
     * @param declared that of the model, which holds where the program trains
     */
    String statisticShare(double declared);

    /**
     * The number that a convolution's channels must be a multiple of, in each group, for Torch to
     * compute it rightly on the machine of this program; others are filled up with zeros. 1 on
     * almost all.
     */
    int channelBlock();

    /** Assigns {@code expression} to output {@code i}. */
    void out(int i, String expression);

    /**
     * Assigns to the first output, into the memory of input {@code i} where nothing else reads it.
     *
     * @param overwriting expression that does so
     * @param fresh expression that does not
     */
    void outOver(int i, String overwriting, String fresh);

    /** Assigns to a fresh local variable and returns its name, for results used more than once. */
    String let(String expression);

    /**
     * The expression of a tensor that the program holds but does not train, made from constant
     * {@code tensor}.
     */
    String constant(dev.espalier.core.ir.Tensor tensor);

    /** Assigns {@code expression} to the only output. */
    default void out(String expression) {
        out(0, expression);
    }

    /** A list of integers as TorchScript writes it. */
    static String ints(long... values) {
        return LongStream.of(values)
                .mapToObj(Long::toString)
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** Whether Torch has tensors of this element type. */
    static boolean hasType(DataType type) {
        return TYPES.containsKey(type);
    }

    /** Torch's number of an element type. */
    static int type(DataType type) {
        return TYPES.get(type);
    }

    /** A float literal that reads back as exactly {@code value}, infinities included. */
    static String real(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        return String.format(Locale.ROOT, "%.17e", value);
    }
}
