package dev.espalier.train.torch;

import dev.espalier.core.DataException;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the label array of a DJL dataset says of its examples. */
final class DjlLabels {
    private DjlLabels() {}

    /** No class for any example. */
    static int[] none(DjlArrays arrays) {
        int[] labels = new int[arrays.size()];
        Arrays.fill(labels, -1);
        return labels;
    }

    /**
     * The class of each example.
     *
     * @throws DataException where one is not a whole number from 0 to below {@code count}
     */
    static int[] classes(DjlArrays arrays, int count) {
        Tensor labels = only(arrays);
        if (labels.elementCount() != arrays.size()) {
            throw new DataException(
                    "the DJL dataset has labels %s for %s examples, expected one class number for each"
                            .formatted(labels.type(), arrays.size()));
        }
        double[] numbers = labels.toDoubles();
        int[] classes = new int[numbers.length];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = (int) numbers[i];
            if (classes[i] != numbers[i] || classes[i] < 0 || classes[i] >= count) {
                throw new DataException(
                        "the DJL dataset has the label %s, expected a class number from 0 to %s, as many as the model tells apart"
                                .formatted(numbers[i], count - 1));
            }
        }
        return classes;
    }

    /**
     * What the first output shall be, float32.
     *
     * @param sample shape of it for one example; arrays of as many elements in another shape, such
     *     as one number without axes, are taken too
     */
    static Tensor targets(DjlArrays arrays, Shape sample) {
        Tensor labels = only(arrays);
        List<Dim> dims = new ArrayList<>(sample.dims());
        dims.add(0, Dim.of(arrays.size()));
        Shape expected = Shape.of(dims);
        if (labels.elementCount() != expected.elementCount()) {
            throw new DataException(
                    "the DJL dataset has targets %s, and the first output of the model is %s; both must have as many elements"
                            .formatted(labels.type(), expected));
        }
        return Tensor.ofFloats(expected, labels.toFloats());
    }

    private static Tensor only(DjlArrays arrays) {
        if (arrays.labels().size() != 1) {
            throw new DataException(
                    "the DJL dataset gives %s label arrays, expected 1"
                            .formatted(arrays.labels().size()));
        }
        return arrays.labels().get(0);
    }
}
