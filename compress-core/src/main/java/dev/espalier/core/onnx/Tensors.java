package dev.espalier.core.onnx;

import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/** All tensors of a graph. */
final class Tensors {
    private Tensors() {}

    /** Those of initializers and attributes, sub-graphs included. */
    static List<Tensor> all(Graph graph) {
        List<Tensor> found = new ArrayList<>();
        collect(graph, found);
        return found;
    }

    /** Bytes of the tensors that are not initializers of {@code graph} itself. */
    static long inAttributes(Graph graph) {
        List<Tensor> found = new ArrayList<>();
        graph.nodes().forEach(node -> collect(node, found));
        return found.stream().mapToLong(Tensor::byteSize).sum();
    }

    private static void collect(Graph graph, List<Tensor> found) {
        graph.initializers().values().stream().map(Initializer::tensor).forEach(found::add);
        graph.nodes().forEach(node -> collect(node, found));
    }

    private static void collect(Node node, List<Tensor> found) {
        for (Attribute attribute : node.attributes().asMap().values()) {
            if (attribute instanceof Attribute.TensorValue one) {
                found.add(one.value());
            } else if (attribute instanceof Attribute.Tensors several) {
                found.addAll(several.values());
            }
        }
        node.attributes().graphs().forEach(body -> collect(body, found));
    }
}
