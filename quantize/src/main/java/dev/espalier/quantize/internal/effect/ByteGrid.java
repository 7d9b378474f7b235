package dev.espalier.quantize.internal.effect;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Tensor;
import java.util.Optional;

/**
 * The numbers that bytes can stand for: {@code x = scale (q - zeroPoint)}, with q from {@code
 * least} to {@code least + 255}.
 */
record ByteGrid(double scale, long zeroPoint, long least) {
    static final int LEVELS = 256;

    /** Empty where the names are not of constants, or of more than one grid, or not of 8 bits. */
    static Optional<ByteGrid> of(Graph graph, String scale, String zeroPoint) {
        Tensor step = graph.constant(scale).orElse(null);
        Tensor zero = graph.constant(zeroPoint).orElse(null);
        boolean isBytes =
                zero != null
                        && (zero.dataType() == DataType.UINT8 || zero.dataType() == DataType.INT8);
        if (step == null || !isBytes || step.elementCount() != 1 || zero.elementCount() != 1) {
            return Optional.empty();
        }
        long least = zero.dataType() == DataType.INT8 ? -LEVELS / 2 : 0;
        return Optional.of(new ByteGrid(step.toFloats()[0], zero.toLongs()[0], least));
    }

    float[] numbers(Tensor bytes) {
        long[] q = bytes.toLongs();
        float[] numbers = new float[q.length];
        for (int i = 0; i < q.length; i++) {
            numbers[i] = (float) (scale * (q[i] - zeroPoint));
        }
        return numbers;
    }

    /** The level nearest to {@code x}, from 0; beyond 0 and 255 where {@code x} is out of range. */
    double level(double x) {
        return Math.rint(x / scale) + zeroPoint - least;
    }

    double number(double level) {
        return scale * (level + least - zeroPoint);
    }
}
