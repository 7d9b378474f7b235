package dev.espalier.core.pass;

import dev.espalier.core.CompressionException;
import dev.espalier.core.data.ModelRunner;
import dev.espalier.core.data.ModelRunner.Session;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What values of one model differ by when the runtime optimizes it and when it does not: no change
 * of the model can be told from that. A sum of large numbers that cancel differs by far more than
 * float32's steps.
 */
final class RuntimeNoise {
    /** As many times a value's own noise is no difference. */
    private static final double FACTOR = 3;

    /** The largest share of a value's scale that is ever taken for noise. */
    static final double MOST = 1e-2;

    private final Model model;
    private final ModelRunner runner;
    private final List<String> values;

    /**
     * @param values of the model whose noise is wanted
     */
    RuntimeNoise(Model model, ModelRunner runner, List<String> values) {
        this.model = model;
        this.runner = runner;
        this.values = values;
    }

    /**
     * What may be allowed for each value: three times the largest difference on any of the inputs,
     * {@value #MOST} at most; 0 where the runtime cannot run the model unoptimized.
     */
    Map<String, Double> allowed(List<Map<String, Tensor>> inputs) {
        Map<String, Double> allowed = new HashMap<>();
        try (Session optimized = runner.open(model, values);
                Session plain = runner.withoutOptimizations().open(model, values)) {
            for (Map<String, Tensor> input : inputs) {
                Map<String, Tensor> expected = optimized.run(input);
                Map<String, Tensor> found = plain.run(input);
                for (String value : values) {
                    double noise = Proof.difference(expected.get(value), found.get(value));
                    allowed.merge(value, Math.min(MOST, FACTOR * noise), Math::max);
                }
            }
        } catch (CompressionException e) {
            // What cannot be measured excuses nothing.
            return Map.of();
        }
        return allowed;
    }
}
