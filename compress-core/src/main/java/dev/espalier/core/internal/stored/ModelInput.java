package dev.espalier.core.internal.stored;

import dev.espalier.core.DataException;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Dim;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.TensorType;

/** An input that data must fit: [N, ...] with N the batch. */
public record ModelInput(String name, TensorType type) {
    /**
     * Checks that examples of {@code sample} fit, whatever the batch. Those of float32 fit every
     * floating type, see {@link CastSource}.
     *
     * @param advice what the user may do about another shape
     */
    void check(TensorType sample, String advice) {
        Shape shape = type.shape();
        boolean isCast = sample.dataType() == DataType.FLOAT && type.dataType().isFloating();
        boolean fits = isCast || sample.dataType() == type.dataType();
        if (shape.isRanked()) {
            fits &= shape.rank() == sample.shape().rank() + 1;
            for (int axis = 1; fits && axis < shape.rank(); axis++) {
                Dim declared = shape.dim(axis);
                fits = !declared.isFixed() || declared.size() == sample.shape().size(axis - 1);
            }
        }
        if (!fits) {
            throw new DataException(
                    "the model's input '%s' takes %s, the data gives examples of %s; %s"
                            .formatted(name, type, sample, advice));
        }
    }

    /**
     * The shape of an example that is stored as a row of {@code count} numbers: that of the input
     * where it takes as many, [count] otherwise.
     */
    Shape shapeOfRow(long count) {
        Shape shape = type.shape();
        if (shape.isRanked() && shape.rank() > 1) {
            Shape sample = Shape.of(shape.dims().subList(1, shape.rank()));
            if (sample.isFixed() && sample.elementCount() == count) {
                return sample;
            }
        }
        return Shape.of(count);
    }

    /**
     * The number of colour channels that the model wants of an image file.
     *
     * @throws DataException where it takes no images
     */
    int channels() {
        boolean image =
                type.dataType().isFloating()
                        && (!type.shape().isRanked() || type.shape().rank() == 4);
        if (!image) {
            throw new DataException(
                    "the model's input '%s' takes %s, expected float images [N, C, H, W]"
                            .formatted(name, type));
        }
        if (!type.shape().isRanked() || !type.shape().dim(1).isFixed()) {
            return 3;
        }
        long channels = type.shape().size(1);
        if (channels != 1 && channels != 3) {
            throw new DataException(
                    "the model's input '%s' takes %s; image files give 1 or 3 channels, not %s"
                            .formatted(name, type, channels));
        }
        return (int) channels;
    }
}
