package dev.espalier.quantize.internal.linear;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.internal.calibration.ActivationStream;
import dev.espalier.quantize.internal.calibration.NonFinite;
import dev.espalier.quantize.internal.calibration.UndefinedValue;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.BiConsumer;

/** Shows what linear layers read on the calibration samples, or any other values of a model. */
public final class LayerInputs {
    private LayerInputs() {}

    /**
     * Runs {@code model} on all calibration samples.
     *
     * @param values to be shown: inputs of the model or values that it computes
     * @param bytesKept what {@code seen} keeps of all values together, for the announcement
     * @param seen is told the name and the elements of each, for each run in which all are finite
     * @return those that have been infinite on some sample, such as what a mask was added to
     * @throws UnsupportedModelException where an element is NaN
     * @throws DataException where there are fewer samples than the model takes at once
     */
    public static Map<String, NonFinite> observe(
            Model model,
            Collection<String> values,
            long bytesKept,
            PassContext context,
            BiConsumer<String, float[]> seen) {
        Map<String, NonFinite> infinite = new HashMap<>();
        new ActivationStream(model, values, bytesKept)
                .show(
                        context,
                        (name, tensor, example) -> {
                            float[] elements = tensor.toFloats();
                            OptionalDouble odd = odd(elements);
                            if (odd.isEmpty()) {
                                seen.accept(name, elements);
                                return;
                            }
                            NonFinite found = new NonFinite((float) odd.getAsDouble(), example);
                            if (Float.isNaN(found.value())) {
                                throw new UnsupportedModelException(
                                        UndefinedValue.in(model.graph(), name, found)
                                                + ", or name the nodes around it under 'exclude'");
                            }
                            infinite.putIfAbsent(name, found);
                        });
        return infinite;
    }

    /** An element that is not finite; one that is NaN before any other. */
    private static OptionalDouble odd(float[] elements) {
        OptionalDouble odd = OptionalDouble.empty();
        for (float element : elements) {
            if (Float.isNaN(element)) {
                return OptionalDouble.of(element);
            }
            if (Float.isInfinite(element)) {
                odd = OptionalDouble.of(element);
            }
        }
        return odd;
    }
}
