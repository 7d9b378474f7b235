package dev.espalier.core.onnx;

import dev.espalier.core.ir.Attribute;
import dev.espalier.core.ir.Attributes;
import dev.espalier.core.ir.Function;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Initializer;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/** All tensors of a model. */
final class Tensors {
    private Tensors() {}

    /** Those of initializers and attributes, sub-graphs and functions included. */
    static List<Tensor> all(Model model) {
        List<Tensor> found = inAttributes(model);
        initializers(model.graph(), found);
        return found;
    }

    /** Those that are not initializers of the main graph. */
    static List<Tensor> inAttributes(Model model) {
        List<Tensor> found = new ArrayList<>();
        for (Graph graph : model.graphs()) {
            if (graph != model.graph()) {
                initializers(graph, found);
            }
            graph.nodes().forEach(node -> collect(node.attributes(), found));
        }
        for (Function function : model.functions().values()) {
            collect(function.defaults(), found);
        }
        return found;
    }

    private static void initializers(Graph graph, List<Tensor> found) {
        graph.initializers().values().stream().map(Initializer::tensor).forEach(found::add);
    }

    /** Those that are attributes themselves. */
    private static void collect(Attributes attributes, List<Tensor> found) {
        for (Attribute attribute : attributes.asMap().values()) {
            if (attribute instanceof Attribute.TensorValue one) {
                found.add(one.value());
            } else if (attribute instanceof Attribute.Tensors several) {
                found.addAll(several.values());
            }
        }
    }
}
