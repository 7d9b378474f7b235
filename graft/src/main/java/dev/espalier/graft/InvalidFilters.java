package dev.espalier.graft;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import dev.espalier.core.layer.FilterNorms;
import dev.espalier.core.layer.Layer;
import dev.espalier.core.layer.RowOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The filters of one convolution, weakest first, for changing those whose {@linkplain
 * FilterNorms#effective L1 norm} is below a threshold.
 */
final class InvalidFilters {
    /** A change to the weights of one layer, in place. */
    @FunctionalInterface
    interface Change {
        void apply(InvalidFilters filters);
    }

    private final float[] values;
    private final RowOrder places;
    private final int[] order;
    private final int invalid;

    private InvalidFilters(Layer layer, double[] norms, double threshold) {
        this.values = layer.weight().toFloats();
        this.places = layer.order();
        this.order =
                IntStream.range(0, norms.length)
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
            Layer layer =
                    Layer.of(node, stored(graph))
                            .filter(l -> l.form().isConvolution())
                            .filter(l -> l.weight().dataType() == DataType.FLOAT)
                            .orElse(null);
            if (layer == null || !seen.add(node.input(layer.form().input()))) {
                continue;
            }
            double[] norms = FilterNorms.effective(layer, graph, graph::constant);
            InvalidFilters filters = new InvalidFilters(layer, norms, threshold);
            if (filters.invalid > 0) {
                change.apply(filters);
                Tensor changed = Tensor.ofFloats(layer.weight().shape(), filters.values);
                editor.setInitializer(node.input(layer.form().input()), changed);
            }
        }
        return model.withGraph(editor.build());
    }

    /** Only what is stored as an initializer trains. */
    private static Function<String, Optional<Tensor>> stored(Graph graph) {
        return name -> Optional.ofNullable(graph.initializers().get(name)).map(Initializer::tensor);
    }

    /** How many are below the threshold. */
    int count() {
        return invalid;
    }

    /** Number of filters. */
    int size() {
        return order.length;
    }

    /**
     * Where the weights of a filter are in {@link #values}.
     *
     * @param rank of the filter, 0 for the weakest
     */
    int[] places(int rank) {
        return IntStream.range(0, places.columns())
                .map(column -> places.position(order[rank], column))
                .toArray();
    }

    /** The weights of all filters, to be changed. */
    float[] values() {
        return values;
    }
}
