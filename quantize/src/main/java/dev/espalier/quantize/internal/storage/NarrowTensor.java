package dev.espalier.quantize.internal.storage;

import dev.espalier.core.ir.Tensor;
import dev.espalier.quantize.option.HalfType;

/**
 * A float32 tensor rounded to two bytes an element, half to even.
 *
 * @param tensor null where it cannot be rounded
 * @param largest the largest magnitude before
 * @param overflowing elements that would become infinite
 * @param subnormal elements that lose significant bits, those that become zero included
 * @param vanishing elements other than zero that become zero
 */
record NarrowTensor(
        Tensor tensor, float largest, long overflowing, long subnormal, long vanishing) {
    static NarrowTensor of(Tensor original, HalfType type) {
        double[] values = original.toDoubles();
        Tensor rounded = Tensor.ofReals(type.dataType(), original.shape(), values);
        float[] after = rounded.toFloats();
        float largest = 0;
        long overflowing = 0;
        long subnormal = 0;
        long vanishing = 0;
        for (int i = 0; i < values.length; i++) {
            largest = Math.max(largest, (float) Math.abs(values[i]));
            overflowing += Double.isFinite(values[i]) && Float.isInfinite(after[i]) ? 1 : 0;
            subnormal += values[i] != 0 && Math.abs(values[i]) < type.leastNormal() ? 1 : 0;
            vanishing += values[i] != 0 && after[i] == 0 ? 1 : 0;
        }
        return new NarrowTensor(
                overflowing == 0 ? rounded : null, largest, overflowing, subnormal, vanishing);
    }

    /** Why it cannot be rounded. */
    String refusal(HalfType type) {
        return "stays float: %s of its numbers are above %s, the greatest %s; the largest is %s"
                .formatted(
                        overflowing,
                        type.greatest(),
                        type.dataType().name().toLowerCase(java.util.Locale.ROOT),
                        largest);
    }
}
