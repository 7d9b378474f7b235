package dev.espalier.core.analysis;

import dev.espalier.core.ir.Value;
import java.util.List;

/**
 * What one node costs.
 *
 * @param name of the node, or of its first output where it has none
 * @param op the operator
 * @param parameters learned numbers that no earlier node reads
 * @param macs multiply-accumulate operations of one run
 * @param inputs with their types as far as they are known; omitted inputs are left out
 * @param outputs with their types as far as they are known
 */
public record NodeCost(
        String name,
        String op,
        long parameters,
        long macs,
        List<Value> inputs,
        List<Value> outputs) {
    public NodeCost {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
