package dev.espalier.core.layer;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.op.nn.BatchNormalization;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** L1 norms of filters: how much each output channel of a layer takes part. */
public final class FilterNorms {
    private FilterNorms() {}

    /**
     * The norm of each output channel of a layer as it acts: where nothing but a batch norm reads
     * the layer's result, times what that multiplies the channel by, {@code |scale| / sqrt(variance
     * + epsilon)}. So it is the same whether an export folded the batch norm or not.
     *
     * @param graph in which the layer is
     * @param constants the tensor of a constant value by name
     * @return [outputs], a new array
     */
    public static double[] effective(
            Layer layer, Graph graph, Function<String, Optional<Tensor>> constants) {
        double[] norms = layer.norms();
        String output = layer.node().output(0);
        List<Node> readers = graph.consumers(output);
        if (readers.size() == 1
                && readers.get(0).is("BatchNormalization")
                && readers.get(0).input(0).equals(output)) {
            BatchNormalization.factors(readers.get(0), constants)
                    .filter(factors -> factors.length == norms.length)
                    .ifPresent(
                            factors -> {
                                for (int m = 0; m < norms.length; m++) {
                                    norms[m] *= Math.abs(factors[m]);
                                }
                            });
        }
        return norms;
    }

    /** The sum of the magnitudes at each index along {@code axis}, as a new array. */
    public static double[] along(Tensor weight, int axis) {
        float[] values = weight.toFloats();
        int size = (int) weight.shape().size(axis);
        int inner = 1;
        for (int i = axis + 1; i < weight.shape().rank(); i++) {
            inner *= (int) weight.shape().size(i);
        }
        double[] norms = new double[size];
        for (int i = 0; i < values.length; i++) {
            norms[i / inner % size] += Math.abs((double) values[i]);
        }
        return norms;
    }
}
