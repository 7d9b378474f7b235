package dev.espalier.core.layer;

import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.GraphEditor;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import java.util.List;

/** Gives one node another constant to read, and leaves what others read as it is. */
public final class NodeConstant {
    private NodeConstant() {}

    /**
     * @param graph that {@code editor} began with
     * @param hint name of the constant where {@code node} reads none yet
     * @return {@code node}, reading {@code tensor} as input {@code input}; the caller puts it in
     */
    public static Node give(
            GraphEditor editor, Graph graph, Node node, int input, Tensor tensor, String hint) {
        String name = node.input(input);
        if (isAlone(graph, name, node)) {
            editor.setInitializer(name, tensor);
            return node;
        }
        return node.withInput(input, editor.addInitializer(name.isEmpty() ? hint : name, tensor));
    }

    private static boolean isAlone(Graph graph, String name, Node reader) {
        return graph.initializers().containsKey(name)
                && graph.consumers(name).equals(List.of(reader))
                && reader.inputs().stream().filter(name::equals).count() == 1
                && !graph.isOutput(name)
                && !graph.isCaptured(name);
    }
}
