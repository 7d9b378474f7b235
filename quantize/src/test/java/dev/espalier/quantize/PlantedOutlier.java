package dev.espalier.quantize;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.layer.Layer;
import java.util.List;

/**
 * Makes one channel between two layers so large that the others are lost where both share a grid,
 * in a network that computes the same.
 */
final class PlantedOutlier {
    private PlantedOutlier() {}

    /**
     * {@code model} with the first channel that {@code layer} makes multiplied by {@code factor}, a
     * power of two, and divided by it where the one layer behind a Relu reads it.
     */
    static Model in(Model model, String layer, double factor) {
        Graph graph = model.graph();
        Node maker =
                graph.nodes().stream()
                        .filter(node -> node.name().equals(layer))
                        .findFirst()
                        .orElseThrow();
        Layer first = Layer.of(maker, graph::constant).orElseThrow();
        double[][] rows = first.rows();
        for (int c = 0; c < rows[0].length; c++) {
            rows[0][c] *= factor;
        }
        double[] bias = first.biasOrZeros().orElseThrow();
        bias[0] *= factor;
        Model changed = first.withBias(bias).putBias(first.withRows(rows).putWeight(model));
        Node relu = only(graph.consumers(maker.output(0)));
        Layer second =
                Layer.of(only(graph.consumers(relu.output(0))), graph::constant).orElseThrow();
        double[][] columns = second.rows();
        for (int r = 0; r < columns.length; r++) {
            for (int c = 0; c < columns[r].length; c++) {
                columns[r][c] /= second.inputChannel(r, c) == 0 ? factor : 1;
            }
        }
        return second.withRows(columns).putWeight(changed);
    }

    private static Node only(List<Node> nodes) {
        if (nodes.size() != 1) {
            throw new IllegalArgumentException("not one reader: " + nodes);
        }
        return nodes.get(0);
    }
}
