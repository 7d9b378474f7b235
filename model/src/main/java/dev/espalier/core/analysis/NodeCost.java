package dev.espalier.core.analysis;

import dev.espalier.core.ir.Value;
import java.util.List;

/**
 * What one node costs.
 *
 * @param name of the node, or of its first output where it has none
 * @param op the operator
 * @param parameters learned numbers that no earlier node reads, those inside the node included
 * @param macs multiply-accumulate operations of one run, those inside the node included
 * @param inputs with their types as far as they are known; omitted inputs are left out
 * @param outputs with their types as far as they are known
 * @param inside what the graphs inside the node cost, in the order in which they are written
 */
public record NodeCost(
        String name,
        String op,
        long parameters,
        long macs,
        List<Value> inputs,
        List<Value> outputs,
        List<Inside> inside) {
    /**
     * A graph inside a node.
     *
     * @param place the attribute that holds it, or the function that the node calls
     * @param runs how often it runs in one run of the node, at most
     * @param nodes what each costs in one run of the graph
     */
    public record Inside(String place, long runs, List<NodeCost> nodes) {
        public Inside {
            nodes = List.copyOf(nodes);
        }
    }

    public NodeCost {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        inside = List.copyOf(inside);
    }
}
