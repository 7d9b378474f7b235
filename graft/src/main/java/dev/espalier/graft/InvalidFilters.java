package dev.espalier.graft;

import dev.espalier.core.analysis.FilterNorms;
import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The filters of one convolution, weakest first, for changing those whose L1 norm is below a
 * threshold.
 */
final class InvalidFilters {
    /** A change to the weights of one layer, in place. */
    @FunctionalInterface
    interface Change {
        void apply(InvalidFilters filters);
    }

    private final float[] values;
    private final int inner;
    private final int size;
    private final int[] order;
    private final int invalid;

    private InvalidFilters(Tensor weight, int axis, double threshold) {
        this.values = weight.toFloats().clone();
        this.size = (int) weight.shape().size(axis);
        int within = 1;
        for (int i = axis + 1; i < weight.shape().rank(); i++) {
            within *= (int) weight.shape().size(i);
        }
        this.inner = within;
        double[] norms = FilterNorms.l1(weight, axis);
        this.order =
                IntStream.range(0, size)
                        .boxed()
                        .sorted(Comparator.comparingDouble(filter -> norms[filter]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        this.invalid = (int) Arrays.stream(norms).filter(norm -> norm < threshold).count();
    }

    /** {@code model} with a change to each convolution of float32 weights that has any. */
    static Model change(Model model, double threshold, Change change) {
        Graph graph = model.graph();
        GraphEditor editor = new GraphEditor(graph);
        Set<String> seen = new HashSet<>();
        for (Node node : graph.nodes()) {
            if (!LayerFilters.isConvolution(node) || !seen.add(node.input(1))) {
                continue;
            }
            Initializer held = graph.initializers().get(node.input(1));
            if (held == null || held.tensor().dataType() != DataType.FLOAT) {
                continue;
            }
            // A transposed convolution keeps its filters along axis 1.
            InvalidFilters filters =
                    new InvalidFilters(held.tensor(), node.is("Conv") ? 0 : 1, threshold);
            if (filters.invalid > 0) {
                change.apply(filters);
                Tensor changed = Tensor.ofFloats(held.tensor().shape(), filters.values);
                editor.setInitializer(held.name(), changed);
            }
        }
        return model.withGraph(editor.build());
    }

    /** How many are below the threshold. */
    int count() {
        return invalid;
    }

    /** Number of filters. */
    int size() {
        return size;
    }

    /**
     * Where the weights of a filter are in {@link #values}.
     *
     * @param rank of the filter, 0 for the weakest
     */
    int[] places(int rank) {
        int filter = order[rank];
        int each = values.length / size;
        return IntStream.range(0, each)
                .map(i -> (i / inner * size + filter) * inner + i % inner)
                .toArray();
    }

    /** The weights of all filters, to be changed. */
    float[] values() {
        return values;
    }
}
