package dev.espalier.quantize.internal.prepare;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.op.Operators;
import java.util.List;

/**
 * PyTorch writes the bias of a product as the first summand. ONNX Runtime looks for it in the
 * second place: to compute it with the product, or with the layer normalization behind.
 */
public final class BiasSecond {
    private BiasSecond() {}

    /** {@code model} with a bias behind each product by a constant. */
    static Model rewrite(Model model) {
        Graph graph = model.graph();
        GraphEditor editor = new GraphEditor(graph);
        boolean changed = false;
        for (Node node : graph.nodes()) {
            boolean isLayer =
                    Operators.weights(node)
                            .filter(form -> !form.takesBias())
                            .flatMap(form -> graph.constant(node.input(form.input())))
                            .isPresent();
            changed |= isLayer && put(graph, node.output(0), editor);
        }
        return changed ? model.withGraph(editor.build()) : model;
    }

    /**
     * Exchanges the summands where all that is read of {@code product} is a constant plus it.
     *
     * @return whether {@code editor} has changed anything
     */
    public static boolean put(Graph graph, String product, GraphEditor editor) {
        List<Node> readers = graph.consumers(product);
        if (readers.size() != 1 || !readers.get(0).is("Add")) {
            return false;
        }
        Node add = readers.get(0);
        if (!add.input(1).equals(product) || graph.constant(add.input(0)).isEmpty()) {
            return false;
        }
        editor.replace(add, add.withInputs(List.of(product, add.input(0))));
        return true;
    }
}
