package dev.espalier.core.analysis;

import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.TensorType;
import java.util.Map;
import java.util.Set;

/**
 * Tells what no operator's rule does: the types that values had when the model ran. A port, so that
 * analyses know no runtime.
 */
@FunctionalInterface
public interface ObservedTypes {
    /** Nothing is run. */
    ObservedTypes NONE = (model, inputs, values) -> Map.of();

    /**
     * The types of {@code values} in a run, of as many as can be told.
     *
     * @param inputs the fixed type of each input of the model, by name
     * @param values of the model's main graph
     */
    Map<String, TensorType> of(Model model, Map<String, TensorType> inputs, Set<String> values);
}
