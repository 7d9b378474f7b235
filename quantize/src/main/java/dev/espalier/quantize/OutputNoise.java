package dev.espalier.quantize;

import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.data.SignalToNoise;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.ir.Value;
import dev.espalier.core.pass.PassContext;
import java.util.List;
import java.util.Map;

/**
 * How far values y' of other models are from those of one model, y, on the same inputs: {@code sum
 * (y - y')^2 / sum y^2}, noise over signal.
 */
final class OutputNoise {
    private final Model exact;
    private final List<Map<String, Tensor>> inputs;
    private final PassContext context;

    OutputNoise(Model exact, List<Map<String, Tensor>> inputs, PassContext context) {
        this.exact = exact;
        this.inputs = inputs;
        this.context = context;
    }

    /** The noise of a model's outputs, the mean of it where there are several. */
    double of(Model model) {
        List<String> outputs = exact.graph().outputs().stream().map(Value::name).toList();
        return of(model, outputs).stream().mapToDouble(x -> x).average().orElse(0);
    }

    /** The noise of each of {@code values}, which both models have as floats of one shape. */
    List<Double> of(Model model, List<String> values) {
        List<SignalToNoise> sums = values.stream().map(value -> new SignalToNoise()).toList();
        try (ModelRunner.Session reference = context.runner().open(exact, values);
                ModelRunner.Session other = context.runner().open(model, values)) {
            for (Map<String, Tensor> batch : inputs) {
                context.checkCancelled();
                Map<String, Tensor> expected = reference.run(batch);
                Map<String, Tensor> found = other.run(batch);
                for (int v = 0; v < sums.size(); v++) {
                    String value = values.get(v);
                    sums.get(v).add(expected.get(value).toFloats(), found.get(value).toFloats());
                }
            }
        }
        return sums.stream().map(SignalToNoise::noise).toList();
    }
}
