package dev.espalier.groupconv;

import dev.espalier.core.ir.DataType;
import dev.espalier.core.ir.Graph;
import dev.espalier.core.ir.Model;
import dev.espalier.core.ir.Node;
import dev.espalier.core.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A dense convolution that can be cut into groups.
 *
 * @param label how messages call it
 * @param name of the node, or of its first output where it has none
 * @param weight name of its initializer
 * @param outputs Co, even
 * @param inputs Ci, even
 */
record GroupableLayer(String label, String name, String weight, int outputs, int inputs) {
    /**
     * The convolutions of {@code model} that can be cut, in the order of the graph.
     *
     * @param refused told the label of every other convolution, and why it stays
     */
    static List<GroupableLayer> of(Model model, BiConsumer<String, String> refused) {
        List<GroupableLayer> layers = new ArrayList<>();
        for (Node node : model.graph().nodes()) {
            if (node.is("Conv")) {
                Optional<String> obstacle = obstacle(model.graph(), node);
                obstacle.ifPresent(reason -> refused.accept(node.label(), reason));
                if (obstacle.isEmpty()) {
                    layers.add(of(model.graph(), node));
                }
            }
        }
        return layers;
    }

    private static GroupableLayer of(Graph graph, Node node) {
        Tensor weight = graph.constant(node.input(1)).orElseThrow();
        return new GroupableLayer(
                node.label(),
                node.name().isEmpty() ? node.output(0) : node.name(),
                node.input(1),
                (int) weight.shape().size(0),
                (int) weight.shape().size(1));
    }

    private static Optional<String> obstacle(Graph graph, Node node) {
        String name = node.input(1);
        if (!graph.initializers().containsKey(name)) {
            return Optional.of("its weight is not an initializer");
        }
        Tensor weight = graph.initializers().get(name).tensor();
        if (weight.dataType() != DataType.FLOAT) {
            return Optional.of("its weight is " + weight.dataType() + ", not float32");
        }
        if (weight.shape().rank() < 3) {
            return Optional.of("its weight is " + weight.shape() + ", which has no kernel");
        }
        long groups = node.attributes().integer("group", 1);
        long outputs = weight.shape().size(0);
        long inputs = weight.shape().size(1);
        if (groups > 1) {
            return Optional.of(
                    inputs == 1 ? "it is depthwise" : "it has %d groups already".formatted(groups));
        }
        if (graph.consumers(name).size() > 1 || graph.isCaptured(name) || graph.isOutput(name)) {
            return Optional.of("its weight '%s' has other users".formatted(name));
        }
        if (outputs % 2 != 0 || inputs % 2 != 0) {
            return Optional.of(
                    "%d input and %d output channels cannot both be halved"
                            .formatted(inputs, outputs));
        }
        return Optional.empty();
    }

    NormMatrix norms(Model model) {
        return NormMatrix.of(model.graph().constant(weight).orElseThrow());
    }
}
