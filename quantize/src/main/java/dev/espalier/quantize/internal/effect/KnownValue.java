package dev.espalier.quantize.internal.effect;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Shape;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.Optional;

/**
 * A value that both networks have.
 *
 * @param name in the network before
 * @param type in the network before
 * @param found its name in the network after: of the same floats, or of their bytes
 * @param grid of the bytes; empty where they are floats
 */
record KnownValue(String name, TensorType type, String found, Optional<ByteGrid> grid) {
    /** The numbers of {@link #found}. */
    float[] numbers(Tensor tensor) {
        return grid.map(g -> g.numbers(tensor)).orElseGet(tensor::toFloats);
    }

    /** {@code numbers} as the network before takes them. */
    Tensor tensor(float[] numbers, Shape shape) {
        if (type.dataType() == DataType.FLOAT) {
            return Tensor.ofFloats(shape, numbers);
        }
        double[] wide = new double[numbers.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = numbers[i];
        }
        return Tensor.ofReals(type.dataType(), shape, wide);
    }
}
