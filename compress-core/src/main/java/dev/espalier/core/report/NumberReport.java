package dev.espalier.core.report;

import java.util.List;

/**
 * In which numbers the two models keep what they know and compute.
 *
 * @param types bytes of constants by data type, the largest of the result first
 * @param values what the result keeps as 8-bit integers while it runs, in its order
 */
public record NumberReport(List<TypeBytes> types, List<QuantizedValue> values) {
    /** Nothing is known. */
    public static final NumberReport NONE = new NumberReport(List.of(), List.of());

    public NumberReport {
        types = types == null ? List.of() : List.copyOf(types);
        values = values == null ? List.of() : List.copyOf(values);
    }

    /**
     * Bytes of one data type.
     *
     * @param type in ONNX's words; {@code structure} is what of a file is no constant: nodes, names
     */
    public record TypeBytes(String type, long before, long after) {}

    /**
     * An activation that is kept as 8-bit integers.
     *
     * @param name of the float value that they stand for
     * @param low least number that they can stand for
     * @param high greatest number that they can stand for
     * @param decibels signal-to-noise ratio: ten times the logarithm of the value's mean square in
     *     the float model over that of its error; not a number where it was not measured
     */
    public record QuantizedValue(String name, double low, double high, double decibels) {}
}
