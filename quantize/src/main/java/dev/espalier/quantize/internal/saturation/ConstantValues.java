package dev.espalier.quantize.internal.saturation;

import dev.espalier.core.CompressionException;
import dev.espalier.core.analysis.ShapeInference;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The values of a model that depend on constants alone; the runtime computes what core does not.
 */
final class ConstantValues {
    private final ShapeInference inference;
    private final Segments whole;
    private final ModelRunner runner;
    private final Map<String, Optional<Tensor>> known = new HashMap<>();

    ConstantValues(Model model, ModelRunner runner) {
        this.inference = ShapeInference.of(model);
        this.whole = new Segments(model, Map.of());
        this.runner = runner;
    }

    /** Empty where {@code value} depends on the model's inputs, or is none. */
    Optional<Tensor> find(String value) {
        if (value.isEmpty()) {
            return Optional.empty();
        }
        return known.computeIfAbsent(
                value, name -> inference.constant(name).or(() -> computed(name)));
    }

    /** A constant's only number. */
    Optional<Float> scalar(String value) {
        return find(value)
                .filter(t -> t.elementCount() == 1)
                .filter(t -> t.dataType().isFloating() || t.dataType().isInteger())
                .map(t -> t.toFloats()[0]);
    }

    /** Empty where core does not know it. */
    Optional<DataType> type(String value) {
        return inference.type(value).map(TensorType::dataType);
    }

    private Optional<Tensor> computed(String value) {
        Segments.Segment segment = whole.of(List.of(value));
        if (!segment.inputs().isEmpty()) {
            return Optional.empty();
        }
        try (ModelRunner.Session session = runner.open(segment.model(), List.of(value))) {
            return Optional.of(session.run(Map.of()).get(value));
        } catch (CompressionException e) {
            // What the runtime does not take is as unknown as what it does not hold.
            return Optional.empty();
        }
    }
}
