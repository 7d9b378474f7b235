package dev.espalier.quantize.internal.linear;

import dev.espalier.core.DataException;
import dev.espalier.core.UnsupportedModelException;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.pass.PassContext;
import dev.espalier.quantize.internal.calibration.ActivationStream;
import java.util.Collection;
import java.util.function.BiConsumer;

/** Shows what linear layers read on the calibration samples, or any other values of a model. */
public final class LayerInputs {
    private LayerInputs() {}

    /**
     * Runs {@code model} on all calibration samples.
     *
     * @param values to be shown: inputs of the model or values that it computes
     * @param bytesKept what {@code seen} keeps of all values together, for the announcement
     * @param seen is told the name and the elements of each, for each run
     * @throws UnsupportedModelException where an element is not finite
     * @throws DataException where there are fewer samples than the model takes at once
     */
    public static void observe(
            Model model,
            Collection<String> values,
            long bytesKept,
            PassContext context,
            BiConsumer<String, float[]> seen) {
        new ActivationStream(model, values, bytesKept)
                .show(context, (name, x) -> seen.accept(name, finite(name, x)));
    }

    private static float[] finite(String name, Tensor tensor) {
        float[] elements = tensor.toFloats();
        for (float element : elements) {
            if (!Float.isFinite(element)) {
                throw new UnsupportedModelException(
                        "calibration found %s in '%s': statistics cannot be taken from activations that are not finite; check the data, or name the nodes around it under 'exclude'"
                                .formatted(element, name));
            }
        }
        return elements;
    }
}
