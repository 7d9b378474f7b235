package dev.espalier.groupconv.internal.convert;

import dev.espalier.groupconv.structure.GroupStructure;
import dev.espalier.groupconv.structure.Permutation;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A layer that is to become a group convolution, with its two sides. Under an order of channels it
 * needs no Gather where both sides are aligned in the same sequence of groups, one Gather where
 * only one side is or the sequences differ, and two where neither is.
 *
 * @param output the layer's output, which names it
 */
record StructuredLayer(String output, LayerSide inputs, LayerSide outputs) {
    /** What a Gather costs beside the elements it moves: a node in the graph, and its start. */
    private static final long GATHER = 4096;

    LayerSide side(boolean reads) {
        return reads ? inputs : outputs;
    }

    /** What its Gathers cost, in elements; sides that are still open are taken as agreeing. */
    long cost(int[][] orders) {
        boolean knowsInputs = inputs.isDecided(orders);
        boolean knowsOutputs = outputs.isDecided(orders);
        int[] in = knowsInputs ? inputs.sequence(orders) : null;
        int[] out = knowsOutputs ? outputs.sequence(orders) : null;
        long cost = 0;
        if (knowsInputs && in == null) {
            cost += GATHER + inputs.elements();
        }
        if (knowsOutputs && out == null) {
            cost += GATHER + outputs.elements();
        }
        if (in != null && out != null && !Arrays.equals(in, out)) {
            cost += GATHER + Math.min(inputs.elements(), outputs.elements());
        }
        return cost;
    }

    /**
     * The structure of the layer once the channels are in the order given, with the fewest Gathers
     * that its two permutations may stand for.
     */
    GroupStructure reordered(int[][] orders) {
        int[] in = inputs.sequence(orders);
        int[] out = outputs.sequence(orders);
        if (in != null && out != null && !Arrays.equals(in, out)) {
            if (inputs.elements() <= outputs.elements()) {
                in = null;
            } else {
                out = null;
            }
        }
        int[] sequence = out != null ? out : in;
        if (sequence == null) {
            sequence = IntStream.range(0, inputs.blocks()).toArray();
        }
        return new GroupStructure(
                inputs.blocks(),
                out != null
                        ? Permutation.identity(outputs.size())
                        : outputs.gathered(sequence, orders),
                in != null
                        ? Permutation.identity(inputs.size())
                        : inputs.gathered(sequence, orders));
    }
}
